use account::Account;
use lambda_http::{Body, Request, RequestExt};
use secrecy::SecretString;
use serde_json::json;
use store::ViewUser;
use webhook::Webhook;

use crate::support::{Fixture, Said, TaskRouter, person, said};

const URL: &str = "https://roster.example.com";
const TOKEN: &str = "12345";

fn webhook() -> Webhook {
    let account =
        Account { account_sid: "AC1".into(), workspace_sid: "WS1".into(), auth_token: SecretString::from(TOKEN) };
    Webhook::new(&account, URL.to_owned())
}

fn login() -> Said {
    said(1, "WK1", "ada", &json!({"full_name": "Ada", "email": "ada@example.com", "roles": ["agent"]}))
}

fn signed(form: &[(&str, String)]) -> Request {
    let pairs = form.iter().map(|(name, value)| (*name, value.as_str())).collect::<Vec<_>>();
    let signature = twilio::signature::sign(&SecretString::from(TOKEN), &format!("{URL}/webhooks/taskrouter"), &pairs);
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    let request = lambda_http::http::Request::post("https://elsewhere.example.com/webhooks/taskrouter")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("x-twilio-signature", signature);
    request.body(Body::from(body)).unwrap().with_raw_http_path("/webhooks/taskrouter")
}

#[tokio::test]
async fn a_signed_callback_is_answered_204_with_a_content_type() {
    let fixture = Fixture::new().await;
    let door = fixture.door(TaskRouter::default());
    let answer = webhook().handle(&door, signed(&login().form())).await.unwrap();
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()["content-type"]),
        (204, &"application/json".parse().unwrap())
    );
    assert_eq!(person(&door.directory.directory, "ada").await.name, "Ada");
}

#[tokio::test]
async fn a_callback_with_a_wrong_signature_is_refused_and_nothing_of_it_is_read() {
    let fixture = Fixture::new().await;
    let door = fixture.door(TaskRouter::default());
    let mut wrong = signed(&login().form());
    wrong.headers_mut().insert("x-twilio-signature", "AAAAAAAAAAAAAAAAAAAAAAAAAAA=".parse().unwrap());
    let problem = webhook().handle(&door, wrong).await.unwrap_err();
    assert_eq!((problem.status, problem.code), (403, "wrong-signature"));
    let mut unsigned = signed(&[("not", "a callback".into())]);
    unsigned.headers_mut().remove("x-twilio-signature");
    assert_eq!(webhook().handle(&door, unsigned).await.unwrap_err().code, "wrong-signature");
    assert_eq!(door.directory.directory.whose_identity("ada").await.unwrap(), None);
}

#[tokio::test]
async fn a_callback_of_another_account_or_workspace_is_refused() {
    let fixture = Fixture::new().await;
    let door = fixture.door(TaskRouter::default());
    for field in ["AccountSid", "WorkspaceSid"] {
        let mut form = login().form();
        form.iter_mut().find(|(name, _)| *name == field).unwrap().1.push('9');
        assert_eq!(webhook().handle(&door, signed(&form)).await.unwrap_err().code, "foreign-callback");
    }
}

#[tokio::test]
async fn event_types_and_fields_that_are_not_known_are_ignored() {
    let fixture = Fixture::new().await;
    let door = fixture.door(TaskRouter::default());
    let mut form = login().form();
    form.push(("SomethingNew", "x".into()));
    assert_eq!(webhook().handle(&door, signed(&form)).await.unwrap().status(), 204);
    let task = [("AccountSid", "AC1"), ("WorkspaceSid", "WS1"), ("EventType", "task.created"), ("TaskSid", "WT1")];
    let task = task.map(|(name, value)| (name, value.to_owned()));
    assert_eq!(webhook().handle(&door, signed(&task)).await.unwrap().status(), 204);
}
