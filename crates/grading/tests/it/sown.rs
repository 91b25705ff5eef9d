//! A class of sixty with faults that a seed has sown: what each earns is what the seed says.

use std::path::Path;

use grading::{Graded, Mark, Marks, Overrides, Rubric, sheet};
use judge::Verdict::{Fail, Pass, Plaintext};
use report::PlayReport;

use crate::marking::play;

const RUBRIC: &str = r#"
title = "t"
adapter = "a.toml"
[late]
percent_per_day = 10
[[items]]
id = "public"
title = "public"
scenario = "public"
counts = "behaviour"
points = 8
partial = true
[[items]]
id = "private"
title = "private"
scenario = "private"
counts = "behaviour"
points = 6
needs = ["public"]
[[items]]
id = "secret"
title = "secret"
scenario = "private"
counts = "secrecy"
points = 5
needs = ["private"]
extra = true
"#;

/// What is wrong with a submission.
#[derive(Clone, Copy)]
struct Faults {
    /// Of the three steps of `public`, so many fail.
    public: u32,
    /// A text gets lost, in so many of three tries.
    private: u32,
    leaks: bool,
    days_late: u32,
}

impl Faults {
    /// Drawn from a number: each bit decides something else.
    fn drawn(number: u64) -> Self {
        let bits =
            |from: u32, count: u32| u32::try_from((number >> from) & ((1 << count) - 1)).unwrap();
        Self {
            public: if bits(0, 1) == 0 { 0 } else { bits(1, 8) % 4 },
            private: if bits(9, 1) == 0 { 0 } else { bits(10, 8) % 4 },
            leaks: bits(18, 1) == 1,
            days_late: if bits(19, 2) == 0 {
                bits(21, 8) % 12
            } else {
                0
            },
        }
    }

    /// The points, as somebody works them out on paper.
    fn points(self) -> (u32, [u32; 3]) {
        let public = 8 * (4 - self.public) / 4;
        let private = if self.public == 0 && self.private == 0 {
            6
        } else {
            0
        };
        let secret = if private == 6 && !self.leaks { 5 } else { 0 };
        let sum = public + private + secret;
        (
            sum - sum * (self.days_late * 10).min(100) / 100,
            [public, private, secret],
        )
    }

    fn plays(self, scenario: &str) -> Vec<PlayReport> {
        let wire = if self.leaks { Plaintext } else { Pass };
        let steps = |failed: u32| {
            (0..3)
                .map(|n| if n < failed { Fail } else { Pass })
                .collect()
        };
        let tries: Vec<u32> = match scenario {
            "public" => vec![self.public; 3],
            _ => (0..3).map(|n| u32::from(n < self.private)).collect(),
        };
        let all = tries
            .into_iter()
            .map(|failed| play(&Vec::from_iter::<Vec<_>>(steps(failed)), wire));
        // What passes is not played again.
        let mut all: Vec<PlayReport> = all.collect();
        if scenario == "public" && self.public == 0 || scenario != "public" && self.private == 0 {
            all.truncate(1);
        }
        all
    }
}

fn graded(name: &str, rubric: &Rubric, faults: Faults) -> Graded {
    let mut marks: Vec<Mark> = Vec::new();
    for item in &rubric.items {
        marks.push(match item.lacks(name, &marks, &Overrides::default()) {
            Some(why) => Mark::without_play(item, why),
            None => Mark::of(item, &faults.plays(&item.scenario)),
        });
    }
    Graded {
        submission: name.to_owned(),
        dir: format!("/course/{name}"),
        seed: 1,
        stamp: String::new(),
        marks,
    }
}

#[test]
fn each_of_sixty_earns_exactly_what_the_seed_says() {
    let rubric = Rubric::parse(RUBRIC, Path::new("r.toml")).unwrap();
    for seed in 1..=20_u64 {
        let class = (0..60).map(|n| {
            (
                format!("s{n:02}"),
                Faults::drawn(grading::seed(seed, &format!("s{n:02}"))),
            )
        });
        let class: Vec<(String, Faults)> = class.collect();
        let late = class.iter().filter(|(_, one)| one.days_late > 0);
        let late = late.map(|(name, one)| {
            format!(
                "[[late]]\nsubmission = \"{name}\"\ndays = {}\n",
                one.days_late
            )
        });
        let overrides = Overrides::parse(&late.collect::<String>(), Path::new("o.toml")).unwrap();
        let all: Vec<Marks> = class
            .iter()
            .map(|(name, faults)| Marks::new(graded(name, &rubric, *faults), &rubric, &overrides))
            .collect();
        for (marks, (name, faults)) in all.iter().zip(&class) {
            let (total, points) = faults.points();
            let earned: Vec<u32> = marks.marks.iter().map(|mark| mark.points).collect();
            assert_eq!(
                (marks.total, &earned[..]),
                (total, &points[..]),
                "seed {seed}, {name}"
            );
            let flaky = faults.public == 0 && (1..3).contains(&faults.private);
            assert_eq!(marks.is_open(), flaky, "seed {seed}, {name}");
        }
        // The sheet says the same.
        let text = sheet(&rubric, &all.iter().collect::<Vec<_>>());
        let rows: Vec<&str> = text.lines().skip(1).collect();
        assert_eq!(rows.len(), 60);
        let sum: u32 = rows
            .iter()
            .map(|row| row.split(',').nth(1).unwrap().parse::<u32>().unwrap())
            .sum();
        assert_eq!(
            sum,
            class.iter().map(|(_, one)| one.points().0).sum::<u32>()
        );
    }
}
