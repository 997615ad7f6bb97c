//! Who a token belongs to, and who else has an account.

use super::listing::Items;
use crate::domain::access::{Role, Viewer};
use crate::store::users::{self, User};
use crate::web::auth::{Admin, SignedIn};
use crate::web::failure::Failure;
use crate::web::site::Site;
use actix_web::web::{Data, Json};
use serde::Serialize;
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// Somebody with an account.
#[derive(Serialize, ToSchema)]
pub struct Person {
    id: String,
    login: String,
    name: String,
    #[schema(value_type = Vec<String>)]
    roles: BTreeSet<Role>,
}

impl From<&Viewer> for Person {
    fn from(viewer: &Viewer) -> Self {
        let Viewer { user, login, name, roles, .. } = viewer.clone();
        Self { id: user.0, login, name, roles }
    }
}

/// An account as an admin sees it.
#[derive(Serialize, ToSchema)]
pub struct Account {
    #[serde(flatten)]
    person: Person,
    disabled: bool,
}

impl From<User> for Account {
    fn from(user: User) -> Self {
        Self { person: Person::from(&user.viewer(false)), disabled: user.disabled }
    }
}

/// `GET /api/v1/me`: whose session or token this is.
pub async fn me(viewer: SignedIn) -> Json<Person> {
    Json(Person::from(&*viewer))
}

/// `GET /api/v1/users`: everybody with an account.
///
/// # Errors
/// The store cannot be read.
pub async fn list(viewer: Admin, site: Data<Site>) -> Result<Json<Items<Account>>, Failure> {
    let users = users::list(&mut site.session(&viewer).await?, &viewer).await?;
    Ok(Json(Items { items: users.into_iter().map(Account::from).collect(), next: None }))
}
