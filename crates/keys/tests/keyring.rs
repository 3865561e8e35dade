//! The keyring as its users see it.

use event::Timestamp;
use event::time::{DAY, HOUR, MINUTE, SECOND};
use keys::{
    Addresses, CustomRole, Error, Grant, Keyring, May, Permission, Place, PrincipalKind, Random, Refusal,
    Role, RoleName, Said, TenantId,
};

const NOW: Timestamp = Timestamp(1_795_298_319 * SECOND);

fn after(micros: i64) -> Timestamp {
    Timestamp(NOW.0 + micros)
}

fn random(n: u8) -> Random {
    std::array::from_fn(|i| (i as u8).wrapping_mul(31) ^ n)
}

#[expect(clippy::unwrap_used, reason = "a test fails by it")]
fn refusal(ring: &Keyring, text: &str, now: Timestamp) -> Refusal {
    ring.authenticate(text, now).err().unwrap()
}

#[test]
fn an_ingest_token_appends_and_nothing_else() {
    let mut ring = Keyring::new();
    let minted = ring.mint(Grant::ingest("edge").tenant(TenantId(7)), NOW, &random(1)).ok().unwrap();
    let who = ring.authenticate(minted.token.expose(), NOW).unwrap();
    assert_eq!(
        (who.kind(), who.source(), who.role(), who.name()),
        (PrincipalKind::Ingest, Some("edge"), None, "edge")
    );
    for permission in Permission::ALL {
        assert_eq!(who.scope(*permission).is_ok(), *permission == Permission::EventsAppend, "{permission}");
    }
    let scope = who.scope(Permission::EventsAppend).unwrap();
    assert_eq!(scope.tenant(), TenantId(7));
    assert!(scope.permits(Permission::EventsAppend) && !scope.permits(Permission::EventsRead));
    assert_eq!(
        scope.require(Permission::EventsRead).unwrap_err().to_string(),
        "this needs the permission events:read"
    );
}

#[test]
fn every_role_may_what_the_table_says() {
    let mut ring = Keyring::new();
    for (n, role) in Role::ALL.iter().enumerate() {
        let minted =
            ring.mint(Grant::api("x", *role).rows("group:gold"), NOW, &random(n as u8)).ok().unwrap();
        let who = ring.authenticate(minted.token.expose(), NOW).unwrap();
        for permission in Permission::ALL {
            let scope = who.scope(*permission);
            let may = role.permissions().contains(permission) && *permission != Permission::AccountOwn;
            assert_eq!(scope.is_ok(), may, "{role} {permission}");
            assert!(scope.is_err() || scope.unwrap().row_filters() == ["group:gold"]);
        }
    }
}

#[test]
fn wrong_expired_and_revoked_tokens_are_refused() {
    let mut ring = Keyring::new();
    let minted = ring.mint(Grant::api("a", Role::Viewer).until(after(HOUR)), NOW, &random(1)).ok().unwrap();
    let text = minted.token.expose();
    assert_eq!(refusal(&ring, "", NOW), Refusal::Malformed);
    assert_eq!(refusal(&ring, &text[..60], NOW), Refusal::Malformed);
    assert_eq!(refusal(&ring, text, after(HOUR)), Refusal::Expired);
    // Right form, right id, other secret.
    let mut other = random(1);
    other[0] ^= 1;
    let twin = Keyring::new().mint(Grant::api("a", Role::Admin), NOW, &other).ok().unwrap();
    assert_eq!(twin.id, minted.id);
    assert_eq!(refusal(&ring, twin.token.expose(), NOW), Refusal::Unknown);
    assert_eq!(ring.mint(Grant::api("b", Role::Admin), NOW, &other).err(), Some(Error::Repeated));

    ring.revoke(&minted.id, NOW).unwrap();
    ring.revoke(&minted.id, after(1)).unwrap();
    assert_eq!(refusal(&ring, text, NOW), Refusal::Revoked);
    let entry = ring.tokens().next().unwrap();
    assert_eq!((entry.revoked, entry.last_used.get()), (Some(NOW), None));
    assert_eq!(ring.remove(&minted.id, NOW), Ok(()));
    assert_eq!(refusal(&ring, text, NOW), Refusal::Unknown);
}

#[test]
fn usual_times_and_last_use() {
    let mut ring = Keyring::new();
    let api = ring.mint(Grant::api("a", Role::Viewer), NOW, &random(1)).ok().unwrap();
    let ingest = ring.mint(Grant::ingest("b"), NOW, &random(2)).ok().unwrap();
    assert!(ring.authenticate(api.token.expose(), after(90 * DAY - 1)).is_ok());
    assert_eq!(refusal(&ring, api.token.expose(), after(90 * DAY)), Refusal::Expired);
    assert!(ring.authenticate(ingest.token.expose(), after(365 * DAY - 1)).is_ok());
    // Late answers of a clock that runs back do not turn back the last use.
    assert!(ring.authenticate(ingest.token.expose(), NOW).is_ok());
    let used = ring.tokens().find(|e| e.id == ingest.id).unwrap().last_used.get();
    assert_eq!(used, Some(after(365 * DAY - 1)));
    assert_eq!(ring.mint(Grant::ingest("c").until(NOW), NOW, &random(3)).err(), Some(Error::AlreadyExpired));
}

#[test]
fn rotating_keeps_the_old_token_for_a_while() {
    let mut ring = Keyring::new();
    let old = ring.mint(Grant::ingest("edge"), NOW, &random(1)).ok().unwrap();
    let new = ring.rotate(&old.id, DAY, NOW, &random(2)).ok().unwrap();
    assert!(ring.authenticate(old.token.expose(), after(DAY - 1)).is_ok());
    assert_eq!(refusal(&ring, old.token.expose(), after(DAY)), Refusal::Expired);
    let who = ring.authenticate(new.token.expose(), after(DAY)).unwrap();
    assert_eq!(who.source(), Some("edge"));
}

#[test]
fn a_link_opens_one_session_within_15_minutes() {
    let mut ring = Keyring::new();
    assert!(!ring.has_admin(NOW));
    let link = ring.one_time_link(NOW, &random(1));
    assert_eq!(refusal(&ring, link.token.expose(), NOW), Refusal::WrongKind);
    let opened = ring
        .exchange(link.token.expose(), Place::default(), after(15 * MINUTE - 1), &random(2))
        .ok()
        .unwrap();
    assert_eq!(
        (opened.principal.kind(), opened.principal.is_a(Role::SuperAdmin)),
        (PrincipalKind::Person, true)
    );
    assert!(ring.authenticate(opened.secret.expose(), after(15 * MINUTE)).is_ok());
    assert!(
        ring.exchange(link.token.expose(), Place::default(), after(15 * MINUTE - 1), &random(3)).is_err(),
        "used up"
    );
    assert_eq!(
        ring.exchange(opened.secret.expose(), Place::default(), NOW, &random(3)).err(),
        Some(Refusal::WrongKind)
    );

    let late = ring.one_time_link(NOW, &random(4));
    assert_eq!(
        ring.exchange(late.token.expose(), Place::default(), after(15 * MINUTE), &random(5)).err(),
        Some(Refusal::Expired)
    );
    assert!(ring.end_session(opened.secret.expose()));
    assert!(!ring.end_session(opened.secret.expose()));
    assert_eq!(refusal(&ring, opened.secret.expose(), NOW), Refusal::Unknown);
}

#[test]
fn sessions_end_idle_after_30_minutes_and_always_after_12_hours() {
    let mut ring = Keyring::new();
    let api = ring.mint(Grant::api("ann", Role::Analyst), NOW, &random(1)).ok().unwrap();
    let idle = ring.exchange(api.token.expose(), Place::default(), NOW, &random(2)).ok().unwrap();
    assert_eq!(refusal(&ring, idle.secret.expose(), after(30 * MINUTE)), Refusal::Expired);
    let busy = ring.exchange(api.token.expose(), Place::default(), NOW, &random(3)).ok().unwrap();
    for minutes in (0..720).step_by(29) {
        assert!(ring.authenticate(busy.secret.expose(), after(minutes * MINUTE)).is_ok(), "{minutes}");
    }
    assert_eq!(refusal(&ring, busy.secret.expose(), after(12 * HOUR)), Refusal::Expired);
    assert_eq!(ring.sessions(after(12 * HOUR - 1)).count(), 1);

    let ingest = ring.mint(Grant::ingest("edge"), NOW, &random(4)).ok().unwrap();
    assert_eq!(
        ring.exchange(ingest.token.expose(), Place::default(), NOW, &random(5)).err(),
        Some(Refusal::WrongKind)
    );
    // A session ends with the token it was opened with.
    ring.revoke(&api.id, NOW).unwrap();
    assert_eq!(refusal(&ring, busy.secret.expose(), after(MINUTE)), Refusal::Unknown);
}

#[test]
fn given_texts_are_admitted_as_they_are_and_not_saved() {
    let mut ring = Keyring::new();
    let admin = Grant::api("bootstrap", Role::Admin);
    assert_eq!(ring.admit(admin.clone(), "too short", NOW), Err(Error::TooShort));
    let id = ring.admit(admin.clone(), "a-text-of-my-own-choosing", NOW).unwrap();
    assert_eq!(ring.admit(admin.clone(), "a-text-of-my-own-choosing", NOW), Ok(id.clone()));
    assert!(ring.has_admin(NOW));
    assert!(ring.authenticate("a-text-of-my-own-choosing", after(9_999 * DAY)).unwrap().is_a(Role::Admin));
    ring.admit(Grant::ingest("default"), "another-text-of-mine", NOW).unwrap();
    assert_eq!(ring.authenticate("another-text-of-mine", NOW).unwrap().source(), Some("default"));

    // Another text replaces the one before.
    ring.admit(admin.clone(), "the-second-text-for-it", NOW).unwrap();
    assert_eq!(refusal(&ring, "a-text-of-my-own-choosing", NOW), Refusal::Malformed);
    let session = ring.exchange("the-second-text-for-it", Place::default(), NOW, &random(1)).ok().unwrap();
    assert!(ring.authenticate(session.secret.expose(), NOW).is_ok());

    let saved = serde_json::to_string(&ring).unwrap();
    let mut back: Keyring = serde_json::from_str(&saved).unwrap();
    assert_eq!(refusal(&back, "another-text-of-mine", NOW), Refusal::Malformed);
    // What was revoked stays revoked, even if the environment still gives it.
    ring.revoke(&id, NOW).unwrap();
    assert_eq!(refusal(&ring, "the-second-text-for-it", NOW), Refusal::Revoked);
    back = serde_json::from_str(&serde_json::to_string(&ring).unwrap()).unwrap();
    assert_eq!(back.admit(admin, "the-second-text-for-it", NOW), Err(Error::Barred));
}

#[test]
fn a_keyring_is_saved_without_secrets_and_read_back() {
    let mut ring = Keyring::new();
    let api = ring.mint(Grant::api("ann", Role::Editor).rows("group:gold"), NOW, &random(1)).ok().unwrap();
    let ingest = ring.mint(Grant::ingest("edge").named("edge Frankfurt"), NOW, &random(2)).ok().unwrap();
    let link = ring.one_time_link(NOW, &random(3));
    let session = ring.exchange(api.token.expose(), Place::default(), NOW, &random(4)).ok().unwrap();
    let saved = serde_json::to_string_pretty(&ring).unwrap();
    for secret in [&api.token, &ingest.token, &link.token, &session.secret] {
        let middle = &secret.expose()[15..58];
        assert!(!saved.contains(middle));
    }
    let back: Keyring = serde_json::from_str(&saved).unwrap();
    assert_eq!(serde_json::to_string_pretty(&back).unwrap(), saved);
    assert_eq!(back.authenticate(session.secret.expose(), NOW).unwrap().row_filters(), ["group:gold"]);
    assert_eq!(back.authenticate(ingest.token.expose(), NOW).unwrap().name(), "edge Frankfurt");
    assert!(back.tokens().any(|e| e.may == May::Append { source: "edge".to_owned() }));
    let shown = serde_json::to_value(back.tokens().find(|e| e.id == ingest.id).unwrap()).unwrap();
    assert_eq!(shown["kind"], "ingest");
    assert_eq!(shown["source"], "edge");
    assert!(shown.get("hash").is_none());
}

#[test]
fn names_that_would_lie_on_a_screen_are_refused() {
    let mut ring = Keyring::new();
    for name in ["", "a\nb", "a\u{1b}[31m", "a\u{202e}b", "a\0", &"x".repeat(65)] {
        assert_eq!(
            ring.mint(Grant::api(name, Role::Viewer), NOW, &random(1)).err(),
            Some(Error::BadName),
            "{name:?}"
        );
        assert_eq!(ring.mint(Grant::ingest(name), NOW, &random(1)).err(), Some(Error::BadName), "{name:?}");
    }
}

#[test]
fn a_source_gets_another_token_and_is_forgotten() {
    let mut ring = Keyring::new();
    let first = ring.mint(Grant::ingest("edge"), NOW, &random(1)).ok().unwrap();
    let other = ring.mint(Grant::ingest("other"), NOW, &random(2)).ok().unwrap();
    let given = "a-text-of-the-environment";
    ring.admit(Grant::ingest("edge").named("given"), given, NOW).unwrap();

    let (second, ends) = ring.renew("edge", DAY, after(HOUR), &random(3)).ok().unwrap();
    assert_eq!(ends, Some(after(HOUR + DAY)));
    // Renewing again does not give the oldest a longer life.
    let (third, ends) = ring.renew("edge", DAY, after(2 * HOUR), &random(4)).ok().unwrap();
    assert_eq!(ends, Some(after(2 * HOUR + DAY)));
    for text in [first.token.expose(), second.token.expose(), third.token.expose(), given] {
        assert_eq!(ring.authenticate(text, after(3 * HOUR)).unwrap().source(), Some("edge"));
    }
    assert_eq!(refusal(&ring, first.token.expose(), after(HOUR + DAY)), Refusal::Expired);
    assert!(ring.authenticate(second.token.expose(), after(HOUR + DAY)).is_ok());
    assert_eq!(ring.renew("new", DAY, NOW, &random(5)).ok().unwrap().1, None);

    ring.forget_source("edge", after(DAY));
    for text in [first.token.expose(), second.token.expose(), third.token.expose()] {
        assert_eq!(refusal(&ring, text, after(DAY)), Refusal::Unknown);
    }
    assert_eq!(refusal(&ring, given, after(DAY)), Refusal::Revoked);
    assert_eq!(ring.admit(Grant::ingest("edge").named("given"), given, NOW), Err(Error::Barred));
    assert!(ring.authenticate(other.token.expose(), after(DAY)).is_ok());
}

fn said(role: impl Into<RoleName>, rows: Option<&str>) -> Said {
    let rows = rows.map(str::to_owned);
    Said { full_name: "Ann Smith".to_owned(), role: role.into(), rows, disabled: false }
}

#[test]
fn a_person_has_what_the_role_says_now_and_all_filters_hold() {
    let mut ring = Keyring::new();
    let team = RoleName::parse("team").unwrap();
    let role = |permissions: &[Permission]| CustomRole {
        permissions: permissions.iter().copied().collect(),
        rows: Some("api:pets".to_owned()),
        about: String::new(),
        addresses: Addresses::Whole,
    };
    ring.set_role(team.clone(), role(&[Permission::EventsRead, Permission::AccountOwn])).unwrap();
    ring.add_user("ann", said(team.clone(), Some("gateway:edge")), None, None, NOW).unwrap();
    let own = Grant::api("mine", team.clone()).of("ann").rows("status:200");
    let token = ring.mint(own, NOW, &random(1)).ok().unwrap();
    let session = ring.enter("ann", Place::default(), NOW, &random(2)).ok().unwrap();
    let who = ring.authenticate(token.token.expose(), NOW).unwrap();
    assert_eq!(who.permissions(), [Permission::EventsRead]);
    let mut filters = who.row_filters().to_vec();
    filters.sort_unstable();
    filters.dedup();
    assert_eq!(filters, ["api:pets", "gateway:edge", "status:200"]);
    let who = ring.authenticate(session.secret.expose(), NOW).unwrap();
    assert_eq!(who.row_filters(), ["api:pets", "gateway:edge"]);
    assert!(who.may(Permission::AccountOwn) && who.user() == Some("ann"));

    // A change of the role ends sessions and counts for tokens; a role that is gone may nothing.
    ring.set_role(team.clone(), role(&[Permission::PanelsRead])).unwrap();
    assert_eq!(refusal(&ring, session.secret.expose(), NOW), Refusal::Unknown);
    assert_eq!(ring.authenticate(token.token.expose(), NOW).unwrap().permissions(), [Permission::PanelsRead]);
    assert_eq!(ring.remove_role(&team, NOW), Err(Error::RoleInUse));
    ring.change_user("ann", said(Role::Analyst, None)).unwrap();
    ring.revoke(&token.id, NOW).unwrap();
    ring.remove_role(&team, NOW).unwrap();
    let lost = ring.mint(Grant::api("lost", team), NOW, &random(3)).ok().unwrap();
    assert!(ring.authenticate(lost.token.expose(), NOW).unwrap().permissions().is_empty());
}

#[test]
fn super_admins_are_never_narrowed_and_never_gone() {
    let mut ring = Keyring::new();
    ring.add_user("ann", said(Role::SuperAdmin, None), None, None, NOW).unwrap();
    assert!(ring.has_admin(NOW));
    assert_eq!(
        ring.add_user("bob", said(Role::SuperAdmin, Some("a")), None, None, NOW).err(),
        Some(Error::NeverNarrowed)
    );
    assert_eq!(ring.change_user("ann", said(Role::Admin, None)).err(), Some(Error::LastAdmin));
    assert_eq!(ring.remove_user("ann").err(), Some(Error::LastAdmin));
    ring.add_user("bob", said(Role::SuperAdmin, None), None, None, NOW).unwrap();
    assert!(ring.change_user("ann", said(Role::Admin, None)).is_ok());
    for name in ["", "Ann", "a b", "a/b", &"a".repeat(65)] {
        assert_eq!(
            ring.add_user(name, said(Role::Viewer, None), None, None, NOW).err(),
            Some(Error::BadUserName)
        );
    }
    let saved = serde_json::to_string(&ring).unwrap();
    let back: Keyring = serde_json::from_str(&saved).unwrap();
    assert_eq!(back.users().map(|user| user.name.as_str()).collect::<Vec<_>>(), ["ann", "bob"]);
}
