//! The interface for programs, over the real server with real systems behind it.

mod approved;
mod description;
mod host;
mod journey;
mod passed_on;
mod refusals;
mod repeated;
mod talked;

use description::Description;
use host::Host;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// A resolution that keeps the first listed value of the conflict's first difference.
fn keep_first(conflict: &Value) -> Value {
    let difference = &conflict["differences"][0]["id"];
    json!({
        "version": conflict["version"],
        "outcomes": [{ "difference": difference, "outcome": "keep", "value": 1 }],
    })
}

/// The address of a conflict's sub-resource.
fn at(conflict: &Value, rest: &str) -> String {
    format!("/api/v1/conflicts/{}{rest}", conflict["id"].as_str().unwrap())
}

#[tokio::test]
async fn every_route_is_described_and_nothing_else() {
    let host = Host::start().await;
    let description = Description::of(&host.url).await;
    let routes = include_str!("../../../src/web/routes.rs");
    let mut served = BTreeSet::new();
    for service in routes.split("resource(\"").filter(|service| service.starts_with("/api/")) {
        let (path, rest) = service.split_once('"').unwrap();
        let own = rest.split(".service(").next().unwrap();
        for method in ["get", "post", "put", "delete", "patch"] {
            if own.contains(&format!("route({method}()")) {
                // What a part of a path may be made of is the server's own matter.
                served.insert(format!("{method} {}", path.replace(":.+}", "}")));
            }
        }
    }
    assert!(served.len() >= 15, "{served:?}");
    assert_eq!(served, description.addresses());
    assert!(description.references() > 20);
}
