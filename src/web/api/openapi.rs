//! The API's own description, OpenAPI 3.1: the table of operations, and the shapes as derived
//! from the types that are sent and read.

use super::approvals::{ApprovalBody, AwaitingView, SentBackBody};
use super::audit::AuditEntry;
use super::bulk::{BackBody, GroupRow, TickBody};
use super::causes::CauseBody;
use super::conflicts::{ConflictItem, ConflictView};
use super::decision::ResolutionBody;
use super::dry_runs::{DryRunBody, DryRunView, Line};
use super::explanations::ExplanationItem;
use super::failed::{FailedView, InsteadBody, RetriedView, RetryBody};
use super::incidents::{CountBody, EndingBody, GroupBody, GroupView, IncidentView};
use super::letters::{LetterBody, LetterView, ToldView};
use super::me::{Account, Person};
use super::notices::{MuteView, NoticeView, ReadBody, ReadView};
use super::operations::{ALL, MANY, Operation, POLICIES, ROUTING, SEPARATIONS, TALK, WRITES};
use super::policies::{PolicyDraftBody, PolicyDraftView, PolicyVersionView};
use super::policies::{ShadowBody, SwitchOnBody, SwitchedOn};
use super::questions::{AskedView, QuestionBody, QuestionView};
use super::records::{RecordItem, RecordView};
use super::resolutions::{Decided, DeliveryView, ResolutionView};
use super::reversals::{ReversalBody, ReversalView};
use super::reviews::{ReviewBody, ReviewView};
use super::routing::{AssignmentBody, EscalationBody, ReturnBody, WaitBody};
use super::separations::{SeparationBody, SeparationView};
use super::systems::{RunBody, RunView, Started, SystemView};
use super::talk::{CommentBody, CommentView, SaidView, TagBody, TagItem, TagsView};
use super::validations::{ValidationBody, ValidationProblem, ValidationView};
use crate::web::failure::Problem;
use actix_web::HttpResponse;
use serde_json::{Map, Value, json};
use std::sync::LazyLock;
use utoipa::ToSchema;
use utoipa::openapi::{RefOr, Schema};

static TEXT: LazyLock<String> = LazyLock::new(|| describe().to_string());

/// `GET /api/openapi.json`: the description.
pub async fn serve() -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(TEXT.as_str())
}

/// The whole document.
#[must_use]
pub fn describe() -> Value {
    let mut paths = Map::new();
    for operation in [ALL, SEPARATIONS, WRITES, MANY, ROUTING, TALK, POLICIES].into_iter().flatten() {
        let path = paths.entry(operation.path).or_insert_with(|| json!({}));
        path[operation.method] = told(operation);
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Referee",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Conflicts between systems, their decisions, and proof of what happened.",
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "security": [{ "token": [] }],
        "paths": paths,
        "components": {
            "schemas": schemas(),
            "securitySchemes": {
                "token": { "type": "http", "scheme": "bearer", "description": "A token of a user." },
            },
            "responses": {
                "Problem": {
                    "description": "What went wrong (RFC 9457); `code` is of a closed list.",
                    "content": { "application/problem+json": { "schema": reference("Problem") } },
                },
            },
        },
    })
}

fn reference(schema: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{schema}") })
}

fn told(operation: &Operation) -> Value {
    let content = |schema: &str| json!({ "application/json": { "schema": reference(schema) } });
    let mut answer = json!({ "description": operation.summary, "content": content(operation.answer) });
    if let 201 | 202 = operation.status {
        answer["headers"] = json!({
            "Location": { "schema": { "type": "string" }, "description": "The address of what was made." },
        });
    }
    let mut answers = Map::new();
    answers.insert(operation.status.to_string(), answer);
    answers.insert("default".to_owned(), json!({ "$ref": "#/components/responses/Problem" }));
    let mut told = json!({
        "operationId": operation.id,
        "summary": operation.summary,
        "parameters": parameters(operation),
        "responses": answers,
    });
    match operation.who {
        Some(who) => told["description"] = json!(format!("For {who}.")),
        None => told["security"] = json!([]),
    }
    if let Some(body) = operation.body {
        // A run is started by an empty body too.
        told["requestBody"] = json!({ "required": body != "RunBody", "content": content(body) });
    }
    told
}

fn parameters(operation: &Operation) -> Vec<Value> {
    let of = |name: &str, place: &str, kind: &str, text: &str| {
        let schema = json!({ "type": kind });
        json!({ "name": name, "in": place, "required": place == "path", "schema": schema, "description": text })
    };
    let mut all = Vec::new();
    if operation.path.contains("{id}") {
        all.push(of("id", "path", "string", "Its identifier."));
    }
    if operation.path.contains("{field}") {
        all.push(of("field", "path", "string", "The field or group, as its difference names it."));
    }
    all.extend(operation.query.iter().map(|(name, kind, text)| of(name, "query", kind, text)));
    if operation.method == "post" {
        let text = "The request sent again with the same key within a day is answered as before, \
                    and not done again.";
        all.push(of("Idempotency-Key", "header", "string", text));
    }
    all
}

/// The shapes by name.
#[derive(Default)]
struct Schemas(Map<String, Value>);

impl Schemas {
    fn add<T: ToSchema>(mut self) -> Self {
        let mut all: Vec<(String, RefOr<Schema>)> = vec![(T::name().into_owned(), T::schema())];
        T::schemas(&mut all);
        self.0.extend(all.into_iter().map(|(name, schema)| {
            // Nothing derived here cannot be written; `true` would allow everything.
            (name, serde_json::to_value(schema).unwrap_or(Value::Bool(true)))
        }));
        self
    }

    /// The shape of a row, and that of a list of them.
    fn add_list<T: ToSchema>(mut self) -> Self {
        let row = T::name();
        let list = json!({
            "type": "object",
            "required": ["items", "next"],
            "properties": {
                "items": { "type": "array", "items": reference(&row) },
                "next": {
                    "type": ["string", "null"],
                    "description": "Sent as `cursor` it gives the next page; null on the last one.",
                },
            },
        });
        self.0.insert(format!("{row}List"), list);
        self.add::<T>()
    }
}

/// The shape of this document.
fn itself() -> Value {
    json!({
        "type": "object",
        "required": ["openapi", "paths"],
        "additionalProperties": true,
        "description": "An OpenAPI 3.1 document.",
    })
}

/// What people say to each other, are told and ask outside.
fn talk(schemas: Schemas) -> Schemas {
    schemas
        .add_list::<CommentView>()
        .add::<CommentBody>()
        .add::<SaidView>()
        .add::<TagsView>()
        .add::<TagBody>()
        .add_list::<TagItem>()
        .add_list::<NoticeView>()
        .add::<ReadBody>()
        .add::<ReadView>()
        .add::<MuteView>()
        .add_list::<QuestionView>()
        .add::<QuestionBody>()
        .add::<AskedView>()
        .add_list::<LetterView>()
        .add::<LetterBody>()
        .add::<ToldView>()
}

fn schemas() -> Map<String, Value> {
    let Schemas(mut all) = talk(Schemas::default())
        .add::<Problem>()
        .add_list::<ConflictItem>()
        .add::<ConflictView>()
        .add::<CauseBody>()
        .add::<AssignmentBody>()
        .add::<EscalationBody>()
        .add::<ReturnBody>()
        .add::<WaitBody>()
        .add::<ResolutionBody>()
        .add::<Decided>()
        .add::<ResolutionView>()
        .add_list::<FailedView>()
        .add_list::<DeliveryView>()
        .add::<RetryBody>()
        .add::<RetriedView>()
        .add::<InsteadBody>()
        .add_list::<IncidentView>()
        .add::<EndingBody>()
        .add::<GroupBody>()
        .add::<GroupView>()
        .add::<CountBody>()
        .add_list::<AwaitingView>()
        .add::<ApprovalBody>()
        .add::<SentBackBody>()
        .add_list::<GroupRow>()
        .add::<TickBody>()
        .add::<BackBody>()
        .add_list::<RecordItem>()
        .add::<RecordView>()
        .add_list::<ExplanationItem>()
        .add::<ReversalBody>()
        .add::<ReversalView>()
        .add::<ReviewBody>()
        .add::<ReviewView>()
        .add::<SeparationBody>()
        .add::<SeparationView>()
        .add::<ValidationBody>()
        .add::<ValidationProblem>()
        .add::<ValidationView>()
        .add_list::<AuditEntry>()
        .add_list::<SystemView>()
        .add::<RunBody>()
        .add::<Started>()
        .add::<RunView>()
        .add_list::<DryRunView>()
        .add::<DryRunBody>()
        .add_list::<Line>()
        .add::<PolicyVersionView>()
        .add_list::<PolicyDraftView>()
        .add::<PolicyDraftBody>()
        .add::<ShadowBody>()
        .add::<SwitchOnBody>()
        .add::<SwitchedOn>()
        .add::<Person>()
        .add_list::<Account>();
    all.insert("Description".to_owned(), itself());
    all
}
