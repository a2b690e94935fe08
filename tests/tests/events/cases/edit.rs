//! `edit`: users are created and edited.

use serde_json::{Value, json};

use super::{
    Cases,
    Expected::{Answers, Refuses},
    UNKNOWN_ID,
};
use crate::patch::{
    AGENT, DEACTIVATED, DEMOTED,
    Patch::{Body, By, Field, FieldJson, FieldOf, Header, LongHeader, NewUser, NoField, Path},
    SUPERVISOR, SYSTEM_ADMIN,
};

pub const ALL: &[Cases] = &[ROLE, TEAMS, ROLE_AND_TEAMS, ACT_AS_AGENT, ADD, ADD_WITH_ROLE_TEAMS_AND_SKILLS, SYNC];

/// `PATCH /users/{user_id}`
const ROLE: Cases = Cases {
    event: "edit/role",
    rows: &[
        ("edit/role", &[], Answers(200)),
        (
            "edit/account-owner-by-system-admin",
            &[By(SYSTEM_ADMIN), Path("user_id", "{{owner_id}}"), Body(r#"{"role":"agent"}"#)],
            Refuses(403, "account-owners-only"),
        ),
        ("edit/agent", &[By(AGENT), Body(r#"{"teams":[]}"#)], Refuses(403, "agents-may-not")),
        (
            "edit/another-account-owner-by-system-admin",
            &[By(SYSTEM_ADMIN), Body(r#"{"role":"account_owner"}"#)],
            Refuses(403, "account-owners-only"),
        ),
        ("edit/archived-team", &[Body(r#"{"teams":["{{archived_team_id}}"]}"#)], Refuses(409, "archived-team")),
        ("edit/body-not-json", &[Body(r#"{"role": "supervisor""#)], Refuses(400, "invalid-json")),
        (
            "edit/deleted-user",
            &[Path("user_id", "{{deleted_user_id}}"), Body(r#"{"teams":[]}"#)],
            Refuses(409, "deleted-user"),
        ),
        (
            "edit/if-match-not-an-etag",
            &[Header("if-match", "seven"), Body(r#"{"teams":[]}"#)],
            Refuses(400, "invalid-if-match"),
        ),
        (
            "edit/last-account-owner",
            &[Path("user_id", "{{owner_id}}"), Body(r#"{"role":"agent"}"#)],
            Refuses(409, "last-account-owner"),
        ),
        ("edit/no-teams", &[Body(r#"{"teams":[]}"#)], Answers(200)),
        ("edit/nothing", &[Body("{}")], Answers(200)),
        (
            "edit/own-role",
            &[
                By(SYSTEM_ADMIN.with_id("{{admin_id}}")),
                Path("user_id", "{{admin_id}}"),
                Body(r#"{"role":"account_owner"}"#),
            ],
            Refuses(403, "own-role"),
        ),
        (
            "edit/prefer-minimal-stale-if-match",
            &[Header("if-match", r#""0""#), Header("prefer", "return=minimal"), Body(r#"{"teams":[]}"#)],
            Refuses(412, "stale"),
        ),
        ("edit/role-by-demoted-caller", &[By(DEMOTED)], Refuses(403, "supervisors-may-not")),
        ("edit/role-by-supervisor", &[By(SUPERVISOR)], Refuses(403, "supervisors-may-not")),
        ("edit/stale-if-match", &[Header("if-match", r#""0""#), Body(r#"{"teams":[]}"#)], Refuses(412, "stale")),
        ("edit/team-id-not-uuid", &[Body(r#"{"teams":["Sales (US)"]}"#)], Refuses(404, "unknown-team")),
        ("edit/unknown-field", &[Body(r#"{"roles":["supervisor"]}"#)], Refuses(400, "invalid-body")),
        ("edit/unknown-role", &[Body(r#"{"role":"manager"}"#)], Refuses(400, "unknown-role")),
        (
            "edit/unknown-team",
            &[Body(r#"{"teams":["3f2d7c1a-9b64-4e0e-8a55-0c6d1f7e2b90"]}"#)],
            Refuses(404, "unknown-team"),
        ),
        ("edit/unknown-user", &[Path("user_id", UNKNOWN_ID), Body(r#"{"teams":[]}"#)], Refuses(404, "unknown-user")),
        // After edit/last-account-owner: from here on there are more than one.
        ("edit/another-account-owner", &[Body(r#"{"role":"account_owner"}"#)], Answers(200)),
    ],
};

/// `PATCH /users/{user_id}`
const TEAMS: Cases = Cases {
    event: "edit/teams",
    rows: &[
        ("edit/teams", &[], Answers(200)),
        ("edit/by-deactivated-caller", &[By(DEACTIVATED)], Refuses(403, "caller-may-no-longer")),
        ("edit/deactivated-user", &[Path("user_id", "{{deactivated_user_id}}")], Answers(200)),
        ("edit/if-match", &[Header("if-match", r#""{{version}}""#)], Answers(200)),
        ("edit/if-match-any", &[Header("if-match", "*")], Answers(200)),
        ("edit/teams-by-supervisor", &[By(SUPERVISOR)], Answers(200)),
        ("edit/too-many-teams", &[FieldOf("teams", too_many_teams)], Refuses(400, "too-many-teams")),
    ],
};

/// `PATCH /users/{user_id}`
const ROLE_AND_TEAMS: Cases =
    Cases { event: "edit/role-and-teams", rows: &[("edit/role-and-teams", &[], Answers(200))] };

/// `PATCH /users/{user_id}`
const ACT_AS_AGENT: Cases = Cases {
    event: "edit/act-as-agent",
    rows: &[
        ("edit/act-as-agent", &[], Answers(200)),
        ("edit/act-as-agent-by-supervisor", &[By(SUPERVISOR)], Answers(200)),
        (
            "edit/act-as-agent-not-boolean",
            &[Path("user_id", "{{user_id}}"), Body(r#"{"act_as_agent":"yes"}"#)],
            Refuses(400, "invalid-body"),
        ),
        ("edit/act-as-agent-of-agent", &[Path("user_id", "{{user_id}}")], Refuses(400, "act-as-agent-of-agent")),
        ("edit/prefer-minimal", &[Header("prefer", "return=minimal"), Body(r#"{"act_as_agent":false}"#)], Answers(204)),
    ],
};

/// `POST /users/{user_id}/sync`
const SYNC: Cases = Cases {
    event: "edit/sync",
    rows: &[
        ("edit/sync", &[], Answers(202)),
        ("edit/sync-body-not-json", &[Body("{")], Refuses(400, "invalid-json")),
        ("edit/sync-by-agent", &[By(AGENT)], Refuses(403, "agents-may-not")),
        ("edit/sync-by-deactivated-caller", &[By(DEACTIVATED)], Refuses(403, "caller-may-no-longer")),
        ("edit/sync-by-supervisor", &[By(SUPERVISOR.with_id("{{supervisor_id}}"))], Answers(202)),
        ("edit/sync-deactivated-user", &[Path("user_id", "{{deactivated_user_id}}")], Answers(202)),
        ("edit/sync-deleted-user", &[Path("user_id", "{{deleted_user_id}}")], Answers(202)),
        (
            "edit/sync-deleted-user-by-supervisor",
            &[By(SUPERVISOR.with_id("{{supervisor_id}}")), Path("user_id", "{{deleted_user_id}}")],
            Refuses(403, "supervisors-may-not"),
        ),
        (
            "edit/sync-idempotency-key",
            &[Header("idempotency-key", "4c1d9a52-3f0b-4d77-8a6e-51b2f7c0d9e4")],
            Answers(202),
        ),
        ("edit/sync-idempotency-key-empty", &[Header("idempotency-key", "")], Refuses(400, "invalid-idempotency-key")),
        ("edit/sync-unknown-field", &[Body(r#"{"force":true}"#)], Refuses(400, "invalid-body")),
        ("edit/sync-unknown-user", &[Path("user_id", UNKNOWN_ID)], Refuses(404, "unknown-user")),
    ],
};

/// `POST /users`
const ADD: Cases = Cases {
    event: "edit/add",
    rows: &[
        ("edit/add", &[], Answers(201)),
        (
            "edit/add-account-owner-by-system-admin",
            &[By(SYSTEM_ADMIN), NewUser("Radia Perlman"), Field("role", "account_owner")],
            Refuses(403, "account-owners-only"),
        ),
        (
            "edit/add-act-as-agent-of-agent",
            &[NewUser("Ida Rhodes"), FieldJson("act_as_agent", "true")],
            Refuses(400, "act-as-agent-of-agent"),
        ),
        ("edit/add-agent-by-supervisor", &[By(SUPERVISOR), NewUser("Joan Clarke")], Answers(201)),
        (
            "edit/add-body-not-json",
            &[Body(r#"{"identity": "adele.goldberg@example.com""#)],
            Refuses(400, "invalid-json"),
        ),
        ("edit/add-by-agent", &[By(AGENT), NewUser("Mary Jackson")], Refuses(403, "agents-may-not")),
        (
            "edit/add-by-deactivated-caller",
            &[By(DEACTIVATED), NewUser("Edith Clarke")],
            Refuses(403, "caller-may-no-longer"),
        ),
        (
            "edit/add-by-system-admin",
            &[By(SYSTEM_ADMIN), NewUser("Barbara Liskov"), Field("role", "system_admin")],
            Answers(201),
        ),
        (
            "edit/add-email-without-at",
            &[NewUser("Adele Goldberg"), Field("email", "adele.goldberg")],
            Refuses(400, "invalid-email"),
        ),
        (
            "edit/add-idempotency-key",
            &[Header("idempotency-key", "9b1f6d52-0a0e-4f4e-9f5b-8a0f6f0c1d21"), NewUser("Evelyn Boyd")],
            Answers(201),
        ),
        (
            "edit/add-idempotency-key-again",
            &[Header("idempotency-key", "9b1f6d52-0a0e-4f4e-9f5b-8a0f6f0c1d21"), NewUser("Evelyn Boyd")],
            Answers(201),
        ),
        (
            "edit/add-idempotency-key-empty",
            &[Header("idempotency-key", ""), NewUser("Gladys West")],
            Refuses(400, "invalid-idempotency-key"),
        ),
        (
            "edit/add-idempotency-key-reused",
            &[Header("idempotency-key", "9b1f6d52-0a0e-4f4e-9f5b-8a0f6f0c1d21"), NewUser("Gladys West")],
            Refuses(422, "idempotency-key-reused"),
        ),
        (
            "edit/add-idempotency-key-too-long",
            &[LongHeader("idempotency-key", 256), NewUser("Gladys West")],
            Refuses(400, "invalid-idempotency-key"),
        ),
        (
            "edit/add-identity-empty",
            &[Field("identity", ""), Field("name", "Adele Goldberg")],
            Refuses(400, "invalid-identity"),
        ),
        (
            "edit/add-identity-of-deleted-user",
            &[Field("identity", "{{deleted_identity}}"), Field("name", "Somebody Again")],
            Refuses(409, "identity-taken"),
        ),
        (
            "edit/add-identity-too-long",
            &[FieldOf("identity", too_long_identity), Field("name", "Adele Goldberg")],
            Refuses(400, "invalid-identity"),
        ),
        (
            "edit/add-identity-with-space-at-its-end",
            &[Field("identity", "adele.goldberg@example.com "), Field("name", "Adele Goldberg")],
            Refuses(400, "invalid-identity"),
        ),
        (
            "edit/add-in-archived-team",
            &[NewUser("Kay Mcnulty"), FieldJson("teams", r#"["{{archived_team_id}}"]"#)],
            Refuses(409, "archived-team"),
        ),
        (
            "edit/add-in-too-many-teams",
            &[NewUser("Ruth Teitelbaum"), FieldOf("teams", too_many_teams)],
            Refuses(400, "too-many-teams"),
        ),
        (
            "edit/add-in-unknown-team",
            &[NewUser("Betty Holberton"), FieldJson("teams", r#"["5d1c2f9e-7b3a-4c8d-9e0f-1a2b3c4d5e6f"]"#)],
            Refuses(404, "unknown-team"),
        ),
        (
            "edit/add-level-for-skill-without-levels",
            &[NewUser("Marlyn Wescoff"), FieldJson("assigned_skills", r#"[{"skill":"Onboarding","level":1}]"#)],
            Refuses(400, "skill-without-levels"),
        ),
        (
            "edit/add-level-not-whole",
            &[NewUser("Marlyn Wescoff"), FieldJson("assigned_skills", r#"[{"skill":"English","level":1.5}]"#)],
            Refuses(400, "invalid-body"),
        ),
        (
            "edit/add-level-out-of-range",
            &[NewUser("Marlyn Wescoff"), FieldJson("assigned_skills", r#"[{"skill":"English","level":101}]"#)],
            Refuses(400, "level-out-of-range"),
        ),
        (
            "edit/add-name-of-spaces",
            &[Field("identity", "adele.goldberg@example.com"), Field("name", "   ")],
            Refuses(400, "invalid-name"),
        ),
        (
            "edit/add-supervisor-by-demoted-caller",
            &[By(DEMOTED), NewUser("Jean Bartik"), Field("role", "supervisor")],
            Refuses(403, "supervisors-may-not"),
        ),
        (
            "edit/add-supervisor-by-supervisor",
            &[By(SUPERVISOR), NewUser("Frances Allen"), Field("role", "supervisor")],
            Refuses(403, "supervisors-may-not"),
        ),
        (
            "edit/add-taken-identity",
            &[Field("identity", "OWNER@example.com"), Field("name", "Somebody Else")],
            Refuses(409, "identity-taken"),
        ),
        (
            "edit/add-team-id-not-uuid",
            &[NewUser("Betty Holberton"), FieldJson("teams", r#"["sales"]"#)],
            Refuses(404, "unknown-team"),
        ),
        (
            "edit/add-unknown-field",
            &[NewUser("Adele Goldberg"), Field("status", "active")],
            Refuses(400, "invalid-body"),
        ),
        ("edit/add-unknown-role", &[NewUser("Adele Goldberg"), Field("role", "manager")], Refuses(400, "unknown-role")),
        (
            "edit/add-with-too-many-skills",
            &[NewUser("Fran Bilas"), FieldOf("assigned_skills", too_many_skills)],
            Refuses(400, "too-many-skills"),
        ),
        (
            "edit/add-with-unknown-skill",
            &[NewUser("Marlyn Wescoff"), FieldJson("assigned_skills", r#"[{"skill":"Klingon"}]"#)],
            Refuses(404, "unknown-skill"),
        ),
        (
            "edit/add-without-name",
            &[Field("identity", "adele.goldberg@example.com"), NoField("name")],
            Refuses(400, "invalid-body"),
        ),
        ("edit/add-account-owner", &[NewUser("Annie Easley"), Field("role", "account_owner")], Answers(201)),
    ],
};

/// `POST /users`
const ADD_WITH_ROLE_TEAMS_AND_SKILLS: Cases = Cases {
    event: "edit/add-with-role-teams-and-skills",
    rows: &[("edit/add-with-role-teams-and-skills", &[], Answers(201))],
};

/// One more than a user may be in; no team has one of these ids.
fn too_many_teams() -> Value {
    (1..=26).map(|n| format!("{n:08x}-9f2b-4c1d-8e3a-0123456789ab")).collect()
}

/// One more than a user may have.
fn too_many_skills() -> Value {
    (1..=41).map(|n| json!({"skill": format!("Skill_{n}")})).collect()
}

/// One letter longer than an identity may be.
fn too_long_identity() -> Value {
    format!("{}@example.com", "a".repeat(117)).into()
}
