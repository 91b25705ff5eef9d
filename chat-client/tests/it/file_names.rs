use chat_client::escape::is_hidden;
use chat_client::file_name::SafeName;
use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};

#[test]
fn hostile_names_become_harmless() {
    let cases = [
        ("plan.pdf", "plan.pdf"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\windows\\system.ini", "system.ini"),
        ("/", "file"),
        ("", "file"),
        ("..", "file"),
        (".bashrc", "bashrc"),
        ("...hidden", "hidden"),
        ("con", "_con"),
        ("NUL.txt", "_NUL.txt"),
        ("com1.log", "_com1.log"),
        ("com10.log", "com10.log"),
        ("a\u{202e}gpj.exe", "agpj.exe"),
        ("new\nline\x1b[2J", "newline[2J"),
        ("what?.txt", "what_.txt"),
        ("stream.txt:evil", "stream.txt_evil"),
        ("trailing. . ", "trailing"),
        ("Grüße 世界.txt", "Grüße 世界.txt"),
    ];
    for (hostile, safe) in cases {
        assert_eq!(SafeName::of(hostile).as_str(), safe, "{hostile:?}");
    }
}

#[test]
fn a_long_name_keeps_its_ending() {
    let safe = SafeName::of(&format!("{}.tar", "ä".repeat(300)));
    assert!(safe.as_str().len() <= 230 && safe.as_str().ends_with("ä.tar"));
}

#[test]
fn a_taken_name_is_numbered_before_its_ending() {
    let safe = SafeName::of("plan.pdf");
    assert_eq!(safe.numbered(0), "plan.pdf");
    assert_eq!(safe.numbered(12), "plan (12).pdf");
    assert_eq!(SafeName::of("README").numbered(1), "README (1)");
}

proptest! {
    #[test]
    fn every_name_becomes_one_visible_file_in_this_folder(hostile in any::<String>(), taken in 0_u32..9999) {
        let safe = SafeName::of(&hostile);
        for name in [safe.as_str().to_owned(), safe.numbered(taken)] {
            prop_assert!(!name.is_empty() && name.len() <= 250, "{name:?}");
            prop_assert!(!name.starts_with('.') && !name.contains(['/', '\\']), "{name:?}");
            prop_assert!(!name.chars().any(is_hidden), "{name:?}");
        }
        prop_assert_eq!(SafeName::of(safe.as_str()), safe);
    }
}
