//! The operations on writes that need a person.

use super::{ANYBODY, LIMIT, Operation, STEWARDS};

/// In the order of the paths' words.
pub const WRITES: &[Operation] = &[
    Operation {
        method: "get",
        path: "/api/v1/failed-writes",
        id: "listFailedWrites",
        summary: "The writes that need a person, by their cause; those with the most first.",
        who: Some(ANYBODY),
        query: &[],
        body: None,
        status: 200,
        answer: "FailedViewList",
    },
    Operation {
        method: "get",
        path: "/api/v1/failed-writes/{system}/{entity}/{cause}",
        id: "getFailedWrites",
        summary: "The writes of one cause, newest first.",
        who: Some(ANYBODY),
        query: &[("cursor", "string", "The cursor `next` of the page before."), LIMIT],
        body: None,
        status: 200,
        answer: "DeliveryViewList",
    },
    Operation {
        method: "post",
        path: "/api/v1/failed-writes/{system}/{entity}/{cause}/retry",
        id: "retryFailedWrites",
        summary: "Sends the writes of one cause again, once it has been put right.",
        who: Some("stewards and managers"),
        query: &[],
        body: Some("RetryBody"),
        status: 200,
        answer: "RetriedView",
    },
    Operation {
        method: "post",
        path: "/api/v1/deliveries/{id}/retry",
        id: "retryDelivery",
        summary: "Sends one write at once.",
        who: Some("stewards and managers"),
        query: &[],
        body: None,
        status: 200,
        answer: "DeliveryView",
    },
    Operation {
        method: "post",
        path: "/api/v1/deliveries/{id}/decision",
        id: "decideInstead",
        summary: "Decides anew what a system refused: another value, or leaving it different.",
        who: Some(STEWARDS),
        query: &[],
        body: Some("InsteadBody"),
        status: 201,
        answer: "Decided",
    },
];
