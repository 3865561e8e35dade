fn main() {
    let _: keys::Scope = Default::default();
}
