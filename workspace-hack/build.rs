//! Does nothing: without a build script cargo ignores what macros are built with.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
}
