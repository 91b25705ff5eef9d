use bytes::Bytes;
use chat_protocol::{Deframer, Frame, InvalidFrame, limits};
use proptest::prelude::*;

fn frame(header: &[u8], body: &[u8]) -> Frame {
    Frame {
        header: Bytes::copy_from_slice(header),
        body: Bytes::copy_from_slice(body),
    }
}

/// Everything that a deframer says about these bytes, pushed in these pieces.
fn cut<'a>(
    pieces: impl IntoIterator<Item = &'a [u8]>,
    limit: usize,
) -> (Vec<Frame>, Option<InvalidFrame>) {
    let mut deframer = Deframer::new(limit);
    let mut frames = Vec::new();
    for piece in pieces {
        deframer.push(piece);
        loop {
            match deframer.next_frame() {
                Ok(Some(frame)) => frames.push(frame),
                Ok(None) => break,
                Err(error) => return (frames, Some(error)),
            }
        }
    }
    (frames, None)
}

#[test]
fn the_bytes_of_a_frame_are_as_documented() {
    let bytes = frame(b"{}", b"abc").to_bytes();
    assert_eq!(&bytes[..], b"\0\0\0\x07\0\x02{}abc");
}

#[test]
fn a_frame_over_the_limit_is_refused_before_its_body_arrives() {
    let limit = limits::MAX_FRAME_BEFORE_LOGIN;
    let length = u32::try_from(limit + 1).unwrap().to_be_bytes();
    let (frames, error) = cut([&length[..]], limit);
    assert!(frames.is_empty());
    assert_eq!(
        error,
        Some(InvalidFrame::TooLarge {
            length: limit + 1,
            limit
        })
    );
}

#[test]
fn a_frame_at_the_limit_passes() {
    let limit = 100;
    let whole = frame(b"{}", &[7; 96]).to_bytes();
    assert_eq!(cut([&whole[..]], limit).0.len(), 1);
    assert_eq!(cut([&whole[..]], limit - 1).0.len(), 0);
}

#[test]
fn a_header_longer_than_its_frame_is_refused() {
    for bytes in [
        &b"\0\0\0\0"[..],
        b"\0\0\0\x01\0",
        b"\0\0\0\x04\0\x03xx",
        b"\0\0\0\x04\0\0xx",
    ] {
        let (_, error) = cut([bytes], 100);
        assert!(
            matches!(error, Some(InvalidFrame::NoHeader { .. })),
            "{bytes:?}: {error:?}"
        );
    }
}

#[test]
fn after_an_error_a_deframer_stays_in_error() {
    let mut deframer = Deframer::new(10);
    deframer.push(&[0xff; 4]);
    let first = deframer.next_frame().unwrap_err();
    deframer.push(&frame(b"{}", b"").to_bytes());
    assert_eq!(deframer.next_frame().unwrap_err(), first);
}

proptest! {
    #[test]
    fn frames_survive_any_split(
        contents in prop::collection::vec(("[ -~]{1,40}", prop::collection::vec(any::<u8>(), 0..80)), 0..6),
        sizes in prop::collection::vec(1usize..20, 1..200),
    ) {
        let frames: Vec<Frame> =
            contents.iter().map(|(header, body)| frame(header.as_bytes(), body)).collect();
        let whole: Vec<u8> = frames.iter().flat_map(|frame| frame.to_bytes().to_vec()).collect();
        let mut rest = &whole[..];
        let mut pieces = Vec::new();
        for size in sizes.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (piece, after) = rest.split_at(rest.len().min(*size));
            pieces.push(piece);
            rest = after;
        }
        prop_assert_eq!(cut(pieces, limits::MAX_FRAME), (frames.clone(), None));
        prop_assert_eq!(cut([&whole[..]], limits::MAX_FRAME), (frames.clone(), None));
        prop_assert_eq!(cut(whole.chunks(1), limits::MAX_FRAME), (frames, None));
    }

    #[test]
    fn any_bytes_give_frames_or_an_error_and_the_same_byte_by_byte(
        bytes in prop::collection::vec(prop_oneof![Just(0u8), any::<u8>()], 0..200)
    ) {
        let whole = cut([&bytes[..]], 64);
        let single = cut(bytes.chunks(1), 64);
        prop_assert_eq!(whole, single);
    }
}

#[test]
fn a_small_body_that_waits_does_not_keep_what_was_read_with_it() {
    let frame = |body: usize| Frame {
        header: Bytes::from_static(b"{}"),
        body: Bytes::from(vec![7; body]),
    };
    let mut deframer = Deframer::new(limits::MAX_FRAME);
    deframer.push(&frame(300).to_bytes());
    deframer.push(&frame(5_000).to_bytes());
    let small = deframer.next_frame().unwrap().unwrap();
    let large = deframer.next_frame().unwrap().unwrap();
    drop((small.header, large.header));
    assert!(small.body.is_unique());
    assert!(!large.body.is_unique(), "a large one is not copied");
    assert_eq!(small.body, frame(300).body);
}
