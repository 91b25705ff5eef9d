#!/bin/sh
# Gradescope runs this once, as root, when it builds the image of an assignment. Beside it in the archive are
# run_autograder, your rubric with its adapter, and this repository as `harness`.
set -eu

# What submissions need to be built and run.
apt-get update
apt-get install -y --no-install-recommends build-essential ca-certificates curl nodejs openjdk-17-jdk-headless python3
rm -rf /var/lib/apt/lists/*

# What the harness needs to be built, where it is not there already.
if ! command -v cargo > /dev/null; then
    curl --proto '=https' --tlsv1.2 -sSf -o /tmp/rustup.sh https://sh.rustup.rs
    sh /tmp/rustup.sh -y --profile minimal --no-modify-path
    PATH="$HOME/.cargo/bin:$PATH"
fi
rm -rf /autograder/harness
cp -r /autograder/source/harness /autograder/harness
cd /autograder/harness
cargo build --bins -p xtask -p stage

# Outside cargo's directory, `xtask` takes the programs that lie beside it, and compiles nothing while it grades.
mkdir -p bin
cp target/debug/xtask target/debug/stage-init bin/
rm -rf target
