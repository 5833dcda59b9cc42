//! Builds what the browser gets: the islands as WebAssembly, their JavaScript, the style sheet and `public/`.
//!
//! The site is a folder: `pkg/recant.<hash>.{wasm,js,css}`, the files of `public/`, each with `.br` and `.gz`
//! beside it, and `hash.txt`, which tells Leptos the hashes. The server is given this folder (`--site`); with
//! `LeptosOptions { output_name: "recant", site_pkg_dir: "pkg", hash_files: true, hash_file: <absolute path of
//! hash.txt> }` the shell's own `<HydrationScripts islands=true>` and `<HashedStylesheet>` write the right tags.
//! Run it with `cargo run -p bundle -- [--debug]`, or let `./dev` do that.
#![expect(clippy::print_stdout, reason = "a command line tool: it reports on the terminal")]

mod css;
mod site;
mod wasm;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, ensure};
use clap::Parser;

/// Builds Recant's browser bundle.
#[derive(Parser)]
struct Args {
    /// Builds quickly and leaves the size as it is (no `wasm-opt`, light compression).
    #[arg(long)]
    debug: bool,
    /// Where the site goes; `target/site` of the checkout by default, `target/site-debug` with `--debug`.
    #[arg(long)]
    out: Option<PathBuf>,
    /// Fails when WebAssembly and JavaScript together are larger than this, in KB (1000 bytes) after brotli.
    #[arg(long)]
    budget: Option<u64>,
}

/// What every step needs to know.
pub struct Build {
    /// The checkout.
    pub root: PathBuf,
    /// Cargo's target folder, which may be shared between checkouts.
    pub target: PathBuf,
    /// The site being made.
    pub out: PathBuf,
    pub debug: bool,
}

fn main() -> ExitCode {
    match run(Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("bundle: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: Args) -> Result<()> {
    let build = Build::new(args.debug, args.out)?;
    let raw = wasm::compile(&build)?;
    let key = site::key(&build, &raw)?;
    if site::is_current(&build, &key) {
        println!("bundle: nothing changed");
    } else {
        let module = wasm::bind(&build, &raw)?;
        site::write(&build, &module, &css::bundle(&build.root.join("style/main.css"))?, &key)?;
    }
    let sizes = site::sizes(&build)?;
    println!("{sizes}\nbundle: {}", build.out.display());
    if let Some(budget) = args.budget {
        ensure!(
            sizes.script_brotli() <= budget * 1000,
            "WebAssembly and JavaScript are larger than {budget} KB together"
        );
    }
    Ok(())
}

impl Build {
    /// Asks Cargo where the checkout and the target folder are, so that nothing is built into this program.
    fn new(debug: bool, out: Option<PathBuf>) -> Result<Self> {
        let answer = Command::new(cargo())
            .args(["metadata", "--no-deps", "--format-version", "1"])
            .output()
            .context("cargo metadata")?;
        ensure!(answer.status.success(), "cargo metadata: {}", String::from_utf8_lossy(&answer.stderr));
        let metadata: serde_json::Value = serde_json::from_slice(&answer.stdout)?;
        let folder = |key: &str| {
            metadata[key].as_str().map(|path| Path::new(path).to_owned()).with_context(|| key.to_owned())
        };
        let root = folder("workspace_root")?;
        let name = if debug { "target/site-debug" } else { "target/site" };
        let out = out.unwrap_or_else(|| root.join(name));
        Ok(Self { target: folder("target_directory")?, out: std::path::absolute(out)?, root, debug })
    }
}

/// The Cargo that started us, so that the browser's half is built by the same compiler.
pub fn cargo() -> std::ffi::OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}
