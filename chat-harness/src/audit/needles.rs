//! What is looked for: each planted string in every transformation.

use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

use super::transformation::Transformation;
use crate::plan::AuditPlan;

/// How long a piece of a long text or file is searched for.
const WINDOW: usize = 32;

/// One window of a file in so many bytes.
const STRIDE: usize = 4096;

/// Windows with fewer different bytes occur everywhere.
const MIN_DISTINCT: usize = 8;

/// A string to look for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Needle {
    pub(super) bytes: Vec<u8>,
    /// What a finding is called.
    pub(super) what: String,
    /// How it was transformed.
    pub(super) transformation: Transformation,
}

/// Every needle of a plan, with the contents of its files.
pub(super) fn needles(plan: &AuditPlan, files: &[(String, Vec<u8>)]) -> Vec<Needle> {
    let canaries = plan.canaries.iter().map(|canary| {
        (
            format!("canary {}", canary.name),
            vec![canary.text.as_bytes()],
        )
    });
    let texts = plan.texts.iter().map(|text| {
        (
            format!("text of step {}", text.step.0),
            text_windows(text.text.as_bytes()),
        )
    });
    let files = files
        .iter()
        .map(|(name, content)| (format!("file {name}"), file_windows(content)));
    let mut all: Vec<Needle> = canaries
        .chain(texts)
        .chain(files)
        .flat_map(|(what, pieces)| {
            pieces
                .into_iter()
                .flat_map(move |piece| transformed(piece, &what))
        })
        .collect();
    all.sort_by(|a, b| a.bytes.cmp(&b.bytes).then_with(|| a.what.cmp(&b.what)));
    all.dedup_by(|a, b| a.bytes == b.bytes && a.what == b.what);
    all
}

/// The whole of a short text; begin, middle and end of a long one.
fn text_windows(text: &[u8]) -> Vec<&[u8]> {
    if text.len() <= 2 * WINDOW {
        return vec![text];
    }
    let middle = text.len() / 2;
    [0, middle, text.len() - WINDOW]
        .into_iter()
        .filter_map(|at| text.get(at..at + WINDOW))
        .collect()
}

fn file_windows(content: &[u8]) -> Vec<&[u8]> {
    let starts = (0..content.len()).step_by(STRIDE);
    starts
        .filter_map(|at| content.get(at..at + WINDOW))
        .filter(|window| {
            let mut bytes = window.to_vec();
            bytes.sort_unstable();
            bytes.dedup();
            bytes.len() >= MIN_DISTINCT
        })
        .collect()
}

/// A string as it is and in every transformation that leaves it searchable.
fn transformed(bytes: &[u8], what: &str) -> Vec<Needle> {
    let needle = |bytes: Vec<u8>, transformation| Needle {
        bytes,
        what: what.to_owned(),
        transformation,
    };
    let hex = |upper: bool| -> Vec<u8> {
        let digits = bytes.iter().map(|byte| {
            if upper {
                format!("{byte:02X}")
            } else {
                format!("{byte:02x}")
            }
        });
        digits.collect::<String>().into_bytes()
    };
    let mut all = vec![
        needle(bytes.to_vec(), Transformation::AsIs),
        needle(
            bytes.iter().rev().copied().collect(),
            Transformation::Reversed,
        ),
        needle(hex(false), Transformation::Hex),
        needle(hex(true), Transformation::Hex),
    ];
    for skip in 0..3 {
        all.push(needle(
            aligned(&STANDARD_NO_PAD, bytes, skip),
            Transformation::Base64,
        ));
        all.push(needle(
            aligned(&URL_SAFE_NO_PAD, bytes, skip),
            Transformation::Base64Url,
        ));
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        let units: Vec<u16> = text.encode_utf16().collect();
        all.push(needle(
            units.iter().flat_map(|unit| unit.to_le_bytes()).collect(),
            Transformation::Utf16Le,
        ));
        all.push(needle(
            units.iter().flat_map(|unit| unit.to_be_bytes()).collect(),
            Transformation::Utf16Be,
        ));
    }
    all.retain(|needle| needle.bytes.len() >= 12);
    all
}

/// Base64 of the string behind `skip` other bytes, without the characters that depend on
/// its neighbours.
fn aligned(engine: &impl base64::Engine, bytes: &[u8], skip: usize) -> Vec<u8> {
    let mut behind = vec![0; skip];
    behind.extend(bytes);
    let encoded = engine.encode(&behind).into_bytes();
    let first = (skip * 8).div_ceil(6);
    let last = behind.len() * 8 / 6;
    encoded.get(first..last).unwrap_or_default().to_vec()
}
