//! What is asked of a second person about a group: to approve it, or to have it reversed.

use crate::domain::approval::Approval;
use crate::domain::group::TakingBack;
use crate::domain::ids::GroupId;
use crate::store::error::StoreError;
use crate::store::write::WriteSession;

/// Stores the approval of a group.
pub async fn save_approval(
    w: &mut WriteSession,
    id: &GroupId,
    approval: &Approval,
) -> Result<(), StoreError> {
    let query = w.sql(
        "UPDATE group_decisions SET approval = $2, approval_body = $3, approval_at = $4, approval_next = $5
         WHERE id = $1",
    );
    let query = query.bind(id).bind(approval.standing.found_by());
    let query = query.bind(serde_json::to_string(approval)?).bind(approval.asked_at);
    query.bind(approval.next()).run_one().await
}

/// Stores the approval of a group's reversal; None where the next one needs none.
pub async fn save_back_approval(
    w: &mut WriteSession,
    id: &GroupId,
    approval: Option<&Approval>,
) -> Result<(), StoreError> {
    let query = w.sql(
        "UPDATE group_decisions SET back_approval = $2, back_approval_body = $3, back_approval_at = $4,
             back_approval_next = $5 WHERE id = $1",
    );
    let query = query.bind(id).bind(approval.map(|approval| approval.standing.found_by()));
    let query = query.bind(approval.map(serde_json::to_string).transpose()?);
    let query = query.bind(approval.map(|approval| approval.asked_at));
    query.bind(approval.and_then(Approval::next)).run_one().await
}

/// Stores whether a second person has to approve a draft, by the rows that are in it.
pub async fn look_at_asking(w: &mut WriteSession, id: &GroupId) -> Result<(), StoreError> {
    let query = w.sql(
        "UPDATE group_decisions SET needs_approval = EXISTS (SELECT 1 FROM group_members m
             WHERE m.group_id = $1 AND m.state = 'included' AND m.asks) WHERE id = $1",
    );
    query.bind(id).run_one().await
}

/// Stores what of a group is being taken back, or that nothing is any longer.
pub async fn save_back(
    w: &mut WriteSession,
    id: &GroupId,
    back: Option<&TakingBack>,
) -> Result<(), StoreError> {
    let back = back.map(serde_json::to_string).transpose()?;
    w.sql("UPDATE group_decisions SET back = $2 WHERE id = $1").bind(id).bind(back).run_one().await
}
