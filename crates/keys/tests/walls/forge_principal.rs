fn main() {
    let _ = keys::Principal::new;
}
