//! The promises that types keep: each file in `walls/` tries to break one and must not compile.

#[test]
fn what_must_not_compile() {
    trybuild::TestCases::new().compile_fail("tests/walls/*.rs");
}
