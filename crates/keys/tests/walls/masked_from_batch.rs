use event::{Batch, Masked};

fn append(_: Masked<Batch>) {}

fn main() {
    append(Batch::new());
}
