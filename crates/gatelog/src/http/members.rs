//! People and roles over HTTP. Nobody gives what they do not have: `Keyring::may_give` is asked wherever a role is
//! given, and wherever an account is changed that has one.

use axum::http::{Method, StatusCode};
use event::Timestamp;
use event::mask::holds_address;
use keys::Permission::{MembersRead, MembersWrite};
use keys::{
    Addresses, CustomRole, Keyring, May, Password, Permission, Role, RoleName, Said, Scope, Secret, User,
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::answer::{empty, json, json_with};
use super::body;
use super::error::Problem;
use super::recorded::touched;
use super::route::{About, Answer, Call, Route, route};
use crate::app::App;
use crate::trail::actions::{ROLE_DELETE, ROLE_SET, USER_CREATE, USER_DELETE, USER_UPDATE};
use crate::{catalog, clock};

/// An account or a role as JSON, with a filter.
pub(super) const BODY_BYTES_MAX: usize = 16 << 10;
/// Characters of what is said about a role.
const ABOUT_CHARS_MAX: usize = 200;

/// The routes of people and roles.
pub(crate) fn routes() -> Vec<Route> {
    let about = |text, answer| About::new(text, &[], answer);
    vec![
        route(MembersRead, Method::GET, "/api/v1/users", users, about("Who has an account.", "Users")),
        route(
            MembersWrite,
            Method::POST,
            "/api/v1/users",
            add,
            about("Makes an account with a password.", "User")
                .recorded(USER_CREATE)
                .takes("UserBody")
                .status(201),
        ),
        route(
            MembersWrite,
            Method::PUT,
            "/api/v1/users/{name}",
            change,
            about("Changes an account; when its rights change, its sessions end.", "User")
                .recorded(USER_UPDATE)
                .takes("UserChange"),
        ),
        route(
            MembersWrite,
            Method::DELETE,
            "/api/v1/users/{name}",
            remove,
            about("Removes an account; its sessions and tokens end.", "Nothing")
                .recorded(USER_DELETE)
                .status(204),
        ),
        route(
            MembersRead,
            Method::GET,
            "/api/v1/roles",
            roles,
            about("The roles, what each may, and every permission there is.", "Roles"),
        ),
        route(
            MembersWrite,
            Method::PUT,
            "/api/v1/roles/{name}",
            set_role,
            about("Makes or changes a role of your own.", "RoleInfo").recorded(ROLE_SET).takes("RoleBody"),
        ),
        route(
            MembersWrite,
            Method::DELETE,
            "/api/v1/roles/{name}",
            remove_role,
            about("Removes a role that nobody has.", "Nothing").recorded(ROLE_DELETE).status(204),
        ),
    ]
}

/// An account, as it is shown.
#[derive(Serialize)]
pub(super) struct Shown {
    name: String,
    full_name: String,
    role: RoleName,
    rows: Option<String>,
    disabled: bool,
    provider: Option<keys::Subject>,
    created: String,
    last_signed_in: Option<String>,
}

impl Shown {
    pub(super) fn of(user: &User) -> Shown {
        Shown {
            name: user.name.clone(),
            full_name: user.full_name.clone(),
            role: user.role.clone(),
            rows: user.rows.clone(),
            disabled: user.disabled,
            provider: user.provider.clone(),
            created: user.created.to_string(),
            last_signed_in: user.last_signed_in.get().map(|t| t.to_string()),
        }
    }
}

/// `GET /users`.
async fn users(_: Scope, call: Call) -> Answer {
    let users: Vec<Shown> = call.app.catalog.with(|content| content.keyring.users().map(Shown::of).collect());
    json(&json!({ "users": users }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewUser {
    name: String,
    #[serde(default)]
    full_name: Option<String>,
    role: String,
    #[serde(default)]
    rows: Option<String>,
    password: Secret<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ChangedUser {
    full_name: String,
    role: String,
    #[serde(default)]
    rows: Option<String>,
    #[serde(default)]
    disabled: bool,
    #[serde(default)]
    password: Option<Secret<String>>,
}

/// A filter of rows that can be read; nothing when it is empty.
pub(super) fn rows(text: Option<String>) -> Result<Option<String>, Problem> {
    let Some(text) = text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    query::Filter::parse(&text).map_err(query::Error::from)?;
    Ok(Some(text))
}

pub(super) fn role_name(text: &str) -> Result<RoleName, Problem> {
    RoleName::parse(text).ok_or_else(|| {
        Problem::bad("the name of a role has 2 to 32 lower-case letters, digits, - and _, a letter first")
    })
}

/// What is said of someone who gives what they do not have.
pub(super) fn beyond() -> Problem {
    Problem::new(StatusCode::FORBIDDEN, "this is more than you may yourself")
        .remedy("nobody gives rights they do not have; ask a super admin")
}

/// Fails unless someone may give this role to others.
pub(super) fn check_gives(keyring: &Keyring, scope: &Scope, role: &RoleName) -> Result<(), Problem> {
    if keyring.may_give(scope.principal(), role) { Ok(()) } else { Err(beyond()) }
}

/// A password made of what was sent.
pub(super) async fn made(app: &App, user: &str, text: Secret<String>) -> Result<Password, Problem> {
    let made = app.attempts.make(user.to_owned(), text, catalog::random()?).await;
    let made = made.ok_or_else(|| Problem::busy("too many passwords are being made"))?;
    made.map_err(|weak| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, weak.to_string()))
}

/// `POST /users`.
async fn add(scope: Scope, mut call: Call) -> Answer {
    let sent: NewUser = body::read(&mut call, BODY_BYTES_MAX).await?;
    let name = sent.name;
    let said = Said {
        full_name: sent.full_name.filter(|text| !text.is_empty()).unwrap_or_else(|| name.clone()),
        role: role_name(&sent.role)?,
        rows: rows(sent.rows)?,
        disabled: false,
    };
    call.app.catalog.with(|content| check_gives(&content.keyring, &scope, &said.role))?;
    let password = made(&call.app, &name, sent.password).await?;
    let shown = call.app.change(|content| {
        check_gives(&content.keyring, &scope, &said.role)?;
        let user = content.keyring.add_user(&name, said, Some(password), None, clock::now())?;
        Ok::<_, Problem>(Shown::of(user))
    })??;
    Ok(touched(json_with(StatusCode::CREATED, &shown)?, &name, &name))
}

/// `PUT /users/{name}`.
async fn change(scope: Scope, mut call: Call) -> Answer {
    let sent: ChangedUser = body::read(&mut call, BODY_BYTES_MAX).await?;
    let name = call.segment("name").unwrap_or_default().to_owned();
    let said = Said {
        full_name: sent.full_name,
        role: role_name(&sent.role)?,
        rows: rows(sent.rows)?,
        disabled: sent.disabled,
    };
    let gives = |keyring: &Keyring| {
        let before = keyring.user(&name).ok_or(keys::Error::NoSuchUser)?;
        if sent.password.is_some() && before.provider.is_some() {
            return Err(keys::Error::Provided.into());
        }
        check_gives(keyring, &scope, &before.role)?;
        check_gives(keyring, &scope, &said.role)
    };
    call.app.catalog.with(|content| gives(&content.keyring))?;
    let password = match &sent.password {
        Some(text) => Some(made(&call.app, &name, text.clone()).await?),
        None => None,
    };
    let shown = call.app.change(|content| {
        gives(&content.keyring)?;
        // What can be refused comes first: a refusal leaves everything as it was.
        let shown = Shown::of(content.keyring.change_user(&name, said.clone())?);
        if let Some(password) = password {
            content.keyring.set_password(&name, password, None)?;
        }
        Ok::<_, Problem>(shown)
    })??;
    json(&shown)
}

/// `DELETE /users/{name}`.
async fn remove(scope: Scope, call: Call) -> Answer {
    let name = call.segment("name").unwrap_or_default();
    call.app.change(|content| {
        let role = content.keyring.user(name).ok_or(keys::Error::NoSuchUser)?.role.clone();
        check_gives(&content.keyring, &scope, &role)?;
        content.keyring.remove_user(name)?;
        Ok::<_, Problem>(())
    })??;
    Ok(empty())
}

/// A role, as it is shown.
#[derive(Serialize)]
struct ShownRole {
    name: RoleName,
    about: String,
    permissions: Vec<Permission>,
    rows: Option<String>,
    addresses: Addresses,
    built_in: bool,
    /// Accounts that have it.
    users: usize,
    /// Good tokens that have it.
    tokens: usize,
}

impl ShownRole {
    fn of(name: &RoleName, about: &str, keyring: &Keyring, now: Timestamp) -> ShownRole {
        let rights = keyring.rights(name);
        let has = |may: &May| matches!(may, May::Act { role, .. } if role == name);
        ShownRole {
            name: name.clone(),
            about: about.to_owned(),
            permissions: rights.permissions,
            rows: rights.rows,
            addresses: rights.addresses,
            built_in: Role::parse(name.as_str()).is_some(),
            users: keyring.users().filter(|user| user.role == *name).count(),
            tokens: keyring.tokens().filter(|e| has(&e.may) && keyring.is_good(e, now)).count(),
        }
    }

    fn all(keyring: &Keyring, now: Timestamp) -> Vec<ShownRole> {
        let built_in =
            Role::ALL.iter().map(|role| ShownRole::of(&(*role).into(), role.about(), keyring, now));
        let own = keyring.roles().map(|(name, role)| ShownRole::of(name, &role.about, keyring, now));
        built_in.chain(own).collect()
    }
}

/// `GET /roles`.
async fn roles(_: Scope, call: Call) -> Answer {
    let roles = call.app.catalog.with(|content| ShownRole::all(&content.keyring, clock::now()));
    let permissions: Vec<_> = Permission::ALL
        .iter()
        .filter(|permission| **permission != Permission::EventsAppend)
        .map(|permission| json!({ "name": permission.text(), "about": permission.doc() }))
        .collect();
    json(&json!({ "roles": roles, "permissions": permissions }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SentRole {
    #[serde(default)]
    about: String,
    permissions: Vec<Permission>,
    #[serde(default)]
    rows: Option<String>,
    #[serde(default)]
    addresses: Addresses,
}

/// `PUT /roles/{name}`.
async fn set_role(scope: Scope, mut call: Call) -> Answer {
    let SentRole { about, permissions, rows: filter, addresses } =
        body::read(&mut call, BODY_BYTES_MAX).await?;
    let name = role_name(call.segment("name").unwrap_or_default())?;
    if about.chars().count() > ABOUT_CHARS_MAX || about.chars().any(char::is_control) {
        return Err(Problem::bad(format!("about has at most {ABOUT_CHARS_MAX} characters on one line")));
    }
    if !addresses.are_whole() && filter.as_deref().is_some_and(holds_address) {
        // It would be asked of what they see, in which no such address is.
        return Err(Problem::bad("rows speaks of an address, and this role sees no whole ones"));
    }
    let role =
        CustomRole { about, permissions: permissions.into_iter().collect(), rows: rows(filter)?, addresses };
    let now = clock::now();
    let shown = call.app.change(|content| {
        let asked: Vec<Permission> = role.permissions.iter().copied().collect();
        if !keys::may_give_all(scope.principal(), &asked) {
            return Err(beyond());
        }
        // Whoever has the role already must not be someone who may more.
        check_gives(&content.keyring, &scope, &name)?;
        content.keyring.set_role(name.clone(), role.clone())?;
        Ok(ShownRole::of(&name, &role.about, &content.keyring, now))
    })??;
    json(&shown)
}

/// `DELETE /roles/{name}`.
async fn remove_role(scope: Scope, call: Call) -> Answer {
    let name = role_name(call.segment("name").unwrap_or_default())?;
    call.app.change(|content| {
        check_gives(&content.keyring, &scope, &name)?;
        content.keyring.remove_role(&name, clock::now())?;
        Ok::<_, Problem>(())
    })??;
    Ok(empty())
}

impl From<keys::Error> for Problem {
    fn from(error: keys::Error) -> Problem {
        use keys::Error as E;
        let status = match error {
            E::NoSuchToken | E::NoSuchUser | E::NoSuchRole => StatusCode::NOT_FOUND,
            E::NameTaken | E::RoleInUse | E::BuiltIn | E::LastAdmin | E::Full | E::Provided => {
                StatusCode::CONFLICT
            }
            E::Repeated => return Problem::internal(error),
            _ => StatusCode::BAD_REQUEST,
        };
        Problem::new(status, error.to_string())
    }
}
