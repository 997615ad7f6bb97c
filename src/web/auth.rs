//! Who asks: found once per request by the gate, and asked for by handlers as their first
//! argument: [`SignedIn`], [`Steward`], [`Manager`], [`Auditor`], [`Operator`], [`Admin`].

use super::failure::{Code, Failure};
use super::site::Site;
use crate::domain::access::{Right, Viewer};
use crate::engine::accounts::NewSession;
use crate::store::users::User;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest};
use chrono::TimeDelta;
use std::future::{Ready, ready};
use std::net::{IpAddr, Ipv4Addr};
use std::ops::Deref;

/// Who asks.
#[derive(Clone, Debug)]
pub struct Who {
    pub viewer: Viewer,
    pub user: User,
    /// The token that forms of this session carry; empty for a program.
    pub csrf: String,
    /// How long the session goes on if nothing more is asked for; a program has none.
    pub left: Option<TimeDelta>,
}

/// Who asks, if somebody who is known.
#[must_use]
pub fn who(request: &HttpRequest) -> Option<Who> {
    request.extensions().get::<Who>().cloned()
}

fn with_right(request: &HttpRequest, right: Option<Right>) -> Result<Viewer, Failure> {
    let who = who(request).ok_or_else(|| Failure::new(Code::Unauthenticated))?;
    match right {
        Some(right) if !who.viewer.may(right) => Err(Failure::new(Code::Forbidden)),
        _ => Ok(who.viewer),
    }
}

macro_rules! viewers {
    ($($(#[$doc:meta])* $name:ident => $right:expr),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub struct $name(pub Viewer);

        impl Deref for $name {
            type Target = Viewer;
            fn deref(&self) -> &Viewer {
                &self.0
            }
        }
        impl FromRequest for $name {
            type Error = Failure;
            type Future = Ready<Result<Self, Failure>>;
            fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
                ready(with_right(request, $right).map(Self))
            }
        }
    )+};
}

viewers! {
    /// Anybody with an account.
    SignedIn => None,
    /// Somebody who may decide conflicts.
    Steward => Some(Right::Decide),
    /// Somebody who may reverse the decisions of others.
    Manager => Some(Right::Reverse),
    /// Somebody who may see the audit log.
    Auditor => Some(Right::Audit),
    /// Somebody who may start runs.
    Operator => Some(Right::Operate),
    /// Somebody who may change systems, policies and users.
    Admin => Some(Right::Configure),
}

/// The session's cookie for a browser.
#[must_use]
pub fn session_cookie(site: &Site, token: &str) -> Cookie<'static> {
    cookie(site, site.reach.cookie.clone(), token.to_owned())
}

/// What the browser kept from signing in before.
#[must_use]
pub fn device(site: &Site, request: &HttpRequest) -> Option<String> {
    request.cookie(&device_name(site)).map(|cookie| cookie.value().to_owned())
}

fn device_name(site: &Site) -> String {
    format!("{}-device", site.reach.cookie)
}

/// The cookies of somebody who has just signed in.
#[must_use]
pub fn cookies(site: &Site, new: &NewSession) -> Vec<Cookie<'static>> {
    let device = new.device.clone().map(|device| {
        let mut cookie = cookie(site, device_name(site), device);
        cookie.set_max_age(actix_web::cookie::time::Duration::days(365));
        cookie
    });
    [session_cookie(site, &new.token)].into_iter().chain(device).collect()
}

/// A cookie that no script reads and no other site sends along.
#[must_use]
pub fn cookie(site: &Site, name: String, value: String) -> Cookie<'static> {
    Cookie::build(name, value)
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(site.reach.is_https())
        .finish()
}

/// The token of the session's cookie.
#[must_use]
pub fn session_token(site: &Site, request: &HttpRequest) -> Option<String> {
    request.cookie(&site.reach.cookie).map(|cookie| cookie.value().to_owned())
}

/// Where the request comes from.
#[must_use]
pub fn address(site: &Site, request: &HttpRequest) -> IpAddr {
    // The last address is the one our own proxy saw; those before it can be made up.
    let forwarded = || {
        let all = request.headers().get_all("x-forwarded-for").last()?.to_str().ok()?;
        all.rsplit(',').next()?.trim().parse().ok()
    };
    let peer = || request.peer_addr().map(|peer| peer.ip());
    let trusted = site.reach.trust_forwarded.then(forwarded).flatten();
    trusted.or_else(peer).unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED))
}

/// `target` if it is a path of this server, else the home page.
#[must_use]
pub fn same_site(target: &str) -> &str {
    let second = target.as_bytes().get(1);
    let path = target.starts_with('/') && !matches!(second, Some(b'/' | b'\\'));
    let clean = target.len() <= 2000 && target.bytes().all(|b| b > b' ' && b != b'\\' && b != 0x7f);
    let loops = ["/sign-in", "/sign-out"].iter().any(|page| target.starts_with(page));
    if path && clean && !loops { target } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::same_site;

    #[test]
    fn only_paths_of_this_server_are_followed() {
        for good in ["/", "/queue?state=open&sort=due", "/conflicts/1#d2"] {
            assert_eq!(same_site(good), good);
        }
        let bad = [
            "",
            "queue",
            "//evil",
            "/\\evil",
            "\\/evil",
            "https://evil",
            "javascript:alert(1)",
            "/a\nb",
            "/\t/evil",
            "/sign-in?next=/",
            "/sign-out",
            "/a\\b",
            " /a",
            "///evil",
        ];
        for bad in bad {
            assert_eq!(same_site(bad), "/", "{bad:?}");
        }
    }
}
