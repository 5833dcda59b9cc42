//! WebAssembly and its JavaScript: cargo, then wasm-bindgen, then wasm-opt.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use wasm_bindgen_cli_support::Bindgen;

use crate::{Build, cargo};

const TARGET: &str = "wasm32-unknown-unknown";
/// What rustc's output for this target uses; wasm-opt refuses what it isn't told of.
const FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-sign-ext",
];

/// What wasm-bindgen made.
pub struct Module {
    pub wasm: Vec<u8>,
    pub js: Vec<u8>,
    /// JavaScript of crates that bring their own; `recant.js` imports it by these relative names.
    pub snippets: PathBuf,
}

/// Compiles the package `frontend`; cheap when nothing changed. Returns the raw module.
pub fn compile(build: &Build) -> Result<PathBuf> {
    // Cargo's dev profile writes to a folder called `debug`.
    let (profile, folder) = if build.debug { ("dev", "debug") } else { ("wasm-release", "wasm-release") };
    let done = Command::new(cargo())
        .current_dir(&build.root)
        .args(["build", "--package", "frontend", "--lib", "--target", TARGET, "--profile", profile])
        .status()
        .context("cargo build")?;
    ensure!(done.success(), "the package frontend does not compile for the browser");
    Ok(build.target.join(TARGET).join(folder).join("frontend.wasm"))
}

/// Makes the module loadable by a browser and, in release, as small as it gets.
pub fn bind(build: &Build, raw: &Path) -> Result<Module> {
    let work = build.target.join(if build.debug { "bundle-debug" } else { "bundle" });
    if work.exists() {
        fs::remove_dir_all(&work)?;
    }
    Bindgen::new()
        .input_path(raw)
        .out_name("recant")
        .web(true)?
        .typescript(false)
        .remove_name_section(!build.debug)
        .remove_producers_section(true)
        .generate(&work)
        .context("wasm-bindgen")?;
    let wasm = work.join("recant_bg.wasm");
    if !build.debug {
        optimise(&build.root, &wasm)?;
    }
    Ok(Module {
        wasm: fs::read(&wasm)?,
        js: fs::read(work.join("recant.js"))?,
        snippets: work.join("snippets"),
    })
}

fn optimise(root: &Path, wasm: &Path) -> Result<()> {
    let tool = root.join("frontend/bundle/node_modules/.bin/wasm-opt");
    ensure!(tool.exists(), "wasm-opt is missing: run `npm ci` in frontend/bundle (./dev does it)");
    let done = Command::new(tool)
        .arg("-Oz")
        .args(FEATURES)
        .arg(wasm)
        .arg("--output")
        .arg(wasm)
        .status()
        .context("wasm-opt")?;
    ensure!(done.success(), "wasm-opt failed");
    Ok(())
}
