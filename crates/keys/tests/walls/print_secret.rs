use keys::Secret;

fn main() {
    let secret = Secret::new("hunter2".to_owned());
    println!("{secret} {secret:?}");
}
