use keys::{Permission, Principal, Scope};

fn forge(who: Principal) -> Scope {
    Scope { who, permission: Permission::EventsRead }
}

fn main() {}
