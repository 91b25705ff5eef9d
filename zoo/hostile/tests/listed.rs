//! Nothing that the relay can do is left out of what is said and tested.

use std::fs;
use std::path::Path;

use scenario::RelayDoes;
use strum::VariantArray as _;

#[test]
fn each_behaviour_is_in_the_threat_model_and_in_a_test_of_the_client() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let page = fs::read_to_string(root.join("docs/threat-model.md")).unwrap();
    let tests = fs::read_to_string(root.join("chat-client/tests/it/hostile.rs")).unwrap();
    for does in RelayDoes::VARIANTS {
        if *does == RelayDoes::Nothing {
            continue;
        }
        let word = does.word();
        assert!(page.contains(&format!("(`{word}`)")), "{word} is in no row");
        let variant = format!("RelayDoes::{does:?}");
        assert!(tests.contains(&variant), "{variant} is in no test");
    }
}
