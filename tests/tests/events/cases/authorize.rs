//! `authorize`: asked by the gateway before it passes on a request.

use super::{
    Cases,
    Expected::{self, Allows, Returns},
};
use crate::patch::Patch::{Authorization, NoAuthorization};

pub const ALL: &[Cases] = &[ACCOUNT_OWNER];

const DENIES: Expected = Returns(r#"{"isAuthorized":false}"#);

/// Of the form of a Flex token.
const UNKNOWN: &str = "Bearer eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..48V1_ALb6US04U3b.5eym8TW_c8SuK0ltJ3rpYIzOeDQz7TALvtu6UG9oMo4vpzs9.XFBoMYUZodetZdvTiFvSkQ";

const ACCOUNT_OWNER: Cases = Cases {
    event: "authorize/account-owner",
    rows: &[
        ("authorize/account-owner", &[], Allows("account_owner")),
        ("authorize/agent", &[Authorization("Bearer {{agent_token}}")], Allows("agent")),
        ("authorize/deactivated-user", &[Authorization("Bearer {{deactivated_token}}")], DENIES),
        ("authorize/empty-token", &[Authorization("Bearer ")], DENIES),
        ("authorize/lower-case-scheme", &[Authorization("bearer {{token}}")], Allows("account_owner")),
        ("authorize/no-authorization", &[NoAuthorization], DENIES),
        ("authorize/no-bearer", &[Authorization("Basic b3duZXI6c2VjcmV0")], DENIES),
        ("authorize/supervisor", &[Authorization("Bearer {{supervisor_token}}")], Allows("supervisor")),
        ("authorize/token-alone", &[Authorization("{{token}}")], DENIES),
        ("authorize/no-flex-token", &[Authorization("Bearer 5b0f6e0c2d2f4f0d8e6b6b0a7a1c9f3e")], DENIES),
        ("authorize/unknown-token", &[Authorization(UNKNOWN)], DENIES),
        ("authorize/unmanaged-worker", &[Authorization("Bearer {{unmanaged_token}}")], DENIES),
    ],
};
