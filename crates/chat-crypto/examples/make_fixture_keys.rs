//! Makes key stores in clear for tests: `00.keys`, `01.keys` and so on.
//!
//! ```text
//! cargo run -p chat-crypto --example make_fixture_keys -- <folder> <count>
//! ```
//!
//! The keys are worthless by design: whoever reads the repository has them. Their
//! certificates are valid from 1970 to 2100, so that no test breaks by the calendar. Files that
//! exist are kept.

use std::error::Error;
use std::path::PathBuf;

use chat_crypto::Identity;

/// The first second of the year 2100.
const NOT_AFTER: u64 = 4_102_444_800;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(folder), Some(count)) = (arguments.next(), arguments.next()) else {
        return Err("usage: make_fixture_keys <folder> <count>".into());
    };
    let folder = PathBuf::from(folder);
    let mut rng = rand::rng();
    for number in 0..count.parse::<u32>()? {
        let path = folder.join(format!("{number:02}.keys"));
        if path.exists() {
            continue;
        }
        let identity = Identity::generate_valid_until(&mut rng, 0, NOT_AFTER);
        std::fs::write(path, identity.to_store(&mut rng, None) + "\n")?;
    }
    Ok(())
}
