use keys::{Guarded, Scope};

fn read(_: Scope, n: u32) -> u32 {
    n
}

fn main() {
    let _ = Guarded::needs(read);
    let _ = Guarded::open("whoever forgets the permission", read);
    let _: Guarded<u32, u32> = Guarded(unreachable!());
    let _: Guarded<u32, u32> = Guarded::default();
}
