use keys::Secret;

#[derive(Debug)]
struct Settings {
    password: Secret<String>,
}

fn main() {}
