//! Each target with the inputs of its corpus, and with changed ones for as long as `BOLERO_RANDOM_TEST_TIME_MS` says;
//! under an engine of `cargo bolero`, with what that makes.
#![allow(missing_docs, reason = "a test")]

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::Path;
use std::time::Duration;

use bolero::produce;
use tributary_fuzz::corpus;
use tributary_fuzz::edit::{Edit, Source};
use tributary_fuzz::targets::{TARGETS, Target, words};

/// How long a target takes if nothing else is said: enough to see that it works.
const USUAL: Duration = Duration::from_millis(500);
/// The most changes of one input.
const MOST_EDITS: usize = 6;

/// Checks an input, and keeps one that fails in a file.
fn check(target: Target, input: &[u8]) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| (target.check)(input))) {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fuzz");
        let file = folder.join(target.name);
        // Overwritten by smaller ones.
        std::fs::create_dir_all(&folder).and_then(|()| std::fs::write(&file, input)).expect("a file");
        eprintln!("fails with the input in {}: [{}]", file.display(), String::from_utf8_lossy(input));
        resume_unwind(panic);
    }
}

macro_rules! fuzz {
    ($($name:ident),+) => {
        /// The targets that have a test.
        const TESTED: &[&str] = &[$(stringify!($name)),+];

        $(
            #[test]
            fn $name() {
                let target = *TARGETS.iter().find(|target| target.name == stringify!($name)).expect("a target");
                let inputs = corpus::inputs(target.name);
                if cfg!(fuzzing) {
                    bolero::check!().for_each(|input: &[u8]| (target.check)(input));
                    return;
                }
                for input in &inputs {
                    check(target, input);
                }
                let source = Source { inputs, words: words() };
                let edits = produce::<Vec<Edit>>().with().len(0..=MOST_EDITS);
                bolero::check!()
                    .with_test_time(USUAL)
                    .with_generator((produce::<u16>(), edits))
                    .for_each(|(input, edits)| check(target, &source.input(*input, edits)));
            }
        )+
    };
}

fuzz!(body, bulk, cursor, filter_path, import, keys, query_string, search);

#[test]
fn every_target_has_a_test() {
    assert!(TARGETS.iter().all(|target| TESTED.contains(&target.name)));
}
