//! Whatever depends on what was said is found, and nothing else is.

#![cfg(test)] // so that helpers count as tests, too, and may unwrap

mod encoding;
mod noise;

use differential::{Differences, Differential, Turn, Words};
use encoding::{Encoding, encoding};
use noise::Noise;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use timeline::Surface;

const WORDS: [&str; 16] = [
    "acorn", "amber", "anvil", "apple", "arrow", "badge", "basil", "beach", "berry", "birch",
    "blaze", "brass", "brick", "brook", "cabin", "camel",
];

/// Three texts of a length, and the control.
fn said(turn: Turn, seed: u64) -> (Vec<String>, String) {
    let words = |words: Words, of: u64| {
        let mut random = StdRng::seed_from_u64(seed << 2 | of << 1 | u64::from(words == Words::A));
        let one = |random: &mut StdRng| *WORDS.choose(random).unwrap();
        let two: Vec<String> = (0..3)
            .map(|_| {
                let number = random.random_range(1000..10_000);
                format!("{}-{}-{number}", one(&mut random), one(&mut random))
            })
            .collect();
        two
    };
    let control = words(turn.control, 1).remove(0);
    (words(turn.texts, 0), format!("relay-{control}"))
}

/// Compares plays until it is decided what they hold.
fn compared(
    surface: Surface,
    seed: u64,
    mut hold: impl FnMut(&[String], &str) -> Vec<u8>,
) -> Differences {
    let mut comparison = Differential::new(3, seed);
    while comparison.next_turn().is_some() {
        let turn = comparison.begin();
        let (texts, control) = said(turn, seed);
        let bytes = hold(&texts, &control);
        let mut place = comparison.read(surface, "there", 0);
        for piece in bytes.chunks(1000) {
            place.add(piece, &mut comparison);
        }
        place.end(&mut comparison);
        comparison.end();
    }
    comparison.differences()
}

/// What an honest relay has in a play, with something in its midst.
fn around(noise: &mut Noise, control: &str, leak: &[u8]) -> Vec<u8> {
    let mut bytes = noise.log(control);
    bytes.extend(leak);
    bytes.extend(noise.log(control));
    bytes
}

#[test]
fn of_a_hundred_encodings_that_nobody_has_listed_ninety_nine_are_found() {
    let mut missed: Vec<(u64, Encoding)> = Vec::new();
    let all = 400;
    for seed in 0..all {
        let mut random = StdRng::seed_from_u64(seed);
        let surface = *[Surface::Output, Surface::Files, Surface::Memory]
            .choose(&mut random)
            .unwrap();
        let encoding = encoding(&mut random);
        let mut play = 0;
        let found = compared(surface, seed, |texts, control| {
            play += 1;
            let mut noise = Noise::of(seed, play);
            let leak = encoding.of_all(texts, &mut noise);
            around(&mut noise, control, &leak)
        });
        let found = &found.surfaces[&surface];
        assert!(found.control, "{seed}");
        if found.found.is_empty() {
            missed.push((seed, encoding));
        }
    }
    assert!(
        missed.len() as u64 * 100 <= all,
        "{} missed: {missed:#?}",
        missed.len()
    );
}

#[test]
fn noise_and_time_and_the_control_do_not_depend_on_what_was_said() {
    let mut plays = 0;
    for seed in 0..400 {
        let surface =
            [Surface::Output, Surface::Wire, Surface::Memory][usize::try_from(seed).unwrap() % 3];
        let mut play = 0;
        let found = compared(surface, seed, |_, control| {
            play += 1;
            let mut noise = Noise::of(seed, play);
            let sealed = noise.bytes(300);
            around(&mut noise, control, &sealed)
        });
        plays += found.plays;
        let there = &found.surfaces[&surface];
        assert_eq!(there.found, [], "{seed}");
        assert!(there.control, "{seed}");
    }
    assert!(plays < 400 * 12, "{plays}");
}

#[test]
fn what_is_there_by_luck_is_found_out_by_further_plays() {
    let mut more = 0;
    for seed in 0..200 {
        let mut random = StdRng::seed_from_u64(seed);
        let found = compared(Surface::Output, seed, |_, _| {
            let coins = (0..40).map(|n| match random.random_bool(0.5) {
                true => format!("worker {n} was first, and the others came later\n"),
                false => format!("worker {n} waited\n"),
            });
            coins.collect::<String>().into_bytes()
        });
        more += u32::from(found.plays > 6);
        assert_eq!(found.surfaces[&Surface::Output].found, [], "{seed}");
    }
    assert!(
        more > 100,
        "forty coins fall alike in three pairs more often than not: {more}"
    );
}

#[test]
fn a_name_or_a_size_that_goes_with_the_texts_is_found() {
    let mut comparison = Differential::new(3, 1);
    while comparison.next_turn().is_some() {
        let turn = comparison.begin();
        let packed = if turn.texts == Words::A { 31 } else { 29 };
        comparison.fact(Surface::Files, format!("notes.gz has {packed} bytes"));
        comparison.fact(Surface::Files, "there is one file".to_owned());
        comparison.end();
    }
    let found = comparison.differences();
    let shown: Vec<&str> = found.surfaces[&Surface::Files]
        .found
        .iter()
        .map(|one| one.shown.as_str())
        .collect();
    assert_eq!(shown, ["notes.gz has 31 bytes", "notes.gz has 29 bytes"]);
    let by_luck = found.by_luck();
    assert!(by_luck < 1e-6 * f64::from(found.plays), "{by_luck}");
}

/// Plays that it took to find differences of this number and no others.
fn plays_for(differences: usize) -> u32 {
    let mut comparison = Differential::new(3, 1);
    while comparison.next_turn().is_some() {
        let turn = comparison.begin();
        for nth in 0..differences / 2 {
            comparison.fact(Surface::Files, format!("{nth}: {:?}", turn.texts));
        }
        comparison.end();
    }
    let found = comparison.differences();
    assert_eq!(found.first, differences as u64);
    assert!(found.are_certain() && found.by_luck() < 1e-6 * f64::from(found.plays));
    found.plays
}

#[test]
fn a_finding_takes_no_more_plays_than_its_bound_on_luck_needs() {
    // The most that luck may leave grows with the plays: it is a millionth for each.
    assert_eq!([2, 8, 20, 70].map(plays_for), [24, 26, 26, 28]);
}

#[test]
fn a_finding_says_where_it_is_and_shows_it() {
    let found = compared(Surface::Output, 3, |texts, _| {
        format!("{:>9000}; got {}\n", "", texts[0].to_uppercase()).into_bytes()
    });
    let found = &found.surfaces[&Surface::Output].found;
    let [a, b] = &found[..] else {
        panic!("{found:#?}")
    };
    assert_eq!(
        (a.place.as_str(), a.words, b.words),
        ("there", Words::A, Words::B)
    );
    assert!(
        a.at.unwrap().abs_diff(9006) < 520 && a.at.unwrap() + a.length >= 9006,
        "{a:?}"
    );
}

/// What goes with the texts where the bytes of each play are spread over several places.
fn spread(hold: impl Fn(&[String], &mut Noise) -> Vec<(Surface, String, Vec<u8>)>) -> usize {
    let mut comparison = Differential::new(3, 1);
    let mut play = 0;
    while comparison.next_turn().is_some() {
        let turn = comparison.begin();
        let (texts, _) = said(turn, 1);
        play += 1;
        for (surface, place, bytes) in hold(&texts, &mut Noise::of(1, play)) {
            comparison.fact(surface, format!("something is named {place}"));
            let mut reading = comparison.read(surface, &place, 0);
            reading.add(&bytes, &mut comparison);
            reading.end(&mut comparison);
        }
        comparison.end();
    }
    let found = comparison.differences();
    found.surfaces.values().map(|one| one.found.len()).sum()
}

#[test]
fn what_is_spread_over_places_is_found_where_its_pieces_are_even_or_long() {
    let surfaces = [Surface::Files, Surface::Output, Surface::Wire];
    let by_turns = |apart: usize| {
        spread(|texts, noise| {
            let places = surfaces.into_iter().enumerate().map(|(nth, surface)| {
                let mut bytes = Vec::new();
                for letter in texts.concat().bytes().skip(nth).step_by(3) {
                    bytes.push(letter);
                    bytes.extend(noise.bytes(apart));
                }
                (surface, format!("place {nth}"), bytes)
            });
            places.collect()
        })
    };
    assert!(by_turns(0) > 0, "each third letter in another place");
    assert!(by_turns(1) > 0, "a random byte after each");
    let in_names = spread(|texts, noise| {
        let pieces = texts.concat().into_bytes();
        let files = pieces.chunks(4).enumerate().map(|(nth, piece)| {
            let name = format!("{nth}-{}", String::from_utf8_lossy(piece));
            (Surface::Files, name, noise.bytes(40))
        });
        files.collect()
    });
    assert!(in_names > 0, "four letters in the name of each file");
    let uneven = spread(|texts, noise| {
        let mut bytes = Vec::new();
        for piece in texts.concat().as_bytes().chunks(3) {
            let length = usize::from(noise.bytes(1)[0] % 7) + 3;
            bytes.extend(noise.bytes(length));
            bytes.extend(piece);
        }
        vec![(Surface::Files, "notes".to_owned(), bytes)]
    });
    assert_eq!(
        uneven, 0,
        "three letters between random bytes of random number: a limit, named in the documentation"
    );
}
