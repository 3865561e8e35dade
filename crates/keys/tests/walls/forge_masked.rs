use event::{Batch, Masked};

fn main() {
    let _ = Masked(Batch::new());
}
