//! The table, without networks of its own.

use super::compare;
use timeline::Level;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_program_meets_through_the_tap_is_what_it_meets_without_or_there_is_a_sentence() {
    let rows = compare(Level::None, "unused".into()).await.unwrap();
    assert!(rows.len() >= 30);
    let unknown: Vec<_> = rows.iter().filter(|row| !row.is_known()).collect();
    assert!(unknown.is_empty(), "{unknown:#?}");
    let met: Vec<_> = rows
        .iter()
        .map(|row| format!("{}: {}", row.what, row.directly))
        .collect();
    insta::assert_snapshot!(met.join("\n"));
}
