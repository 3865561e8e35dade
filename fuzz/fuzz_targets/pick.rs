//! The first byte of the input picks one of a list of targets; the rest is fed to it.

macro_rules! fuzz {
    ($list:path) => {
        thread_local!(static TARGETS: Vec<targets::Target> = $list());
        libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
            if let Some((pick, body)) = bytes.split_first() {
                TARGETS.with(|targets| (targets[usize::from(*pick) % targets.len()].feed)(body));
            }
        });
    };
}
pub(crate) use fuzz;
