use event::{Batch, Event, Masked};

fn add(masked: &mut Masked<Batch>) {
    masked.push(&Event::new());
}

fn main() {}
