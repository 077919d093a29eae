// Copyright 2026 The libtmpfile authors
//
// SPDX-License-Identifier: LGPL-2.1-or-later

//! Rust's runner in the benchmark.
//!
//! bench-rust directory ITERATIONS: tempfile's TempDir, made and closed
//! bench-rust remove TREE...: remove_dir_all

use std::env;
use std::error::Error;
use std::process::exit;

fn make_directories(iterations: u32) -> Result<(), Box<dyn Error>> {
    for _ in 0..iterations {
        tempfile::tempdir()?.close()?;
    }
    Ok(())
}

fn remove_trees(paths: &[String]) -> Result<(), Box<dyn Error>> {
    for path in paths {
        remove_dir_all::remove_dir_all(path)?;
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = env::args().skip(1).collect();
    match args.split_first() {
        Some((work, rest)) if work == "directory" && rest.len() == 1 => {
            make_directories(rest[0].parse()?)
        }
        Some((work, rest)) if work == "remove" => remove_trees(rest),
        _ => {
            eprintln!("usage: bench-rust directory ITERATIONS, or bench-rust remove TREE...");
            exit(2);
        }
    }
}
