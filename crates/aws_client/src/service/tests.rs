use serde_json::json;
use wiremock::{
    Mock, MockServer, Request, ResponseTemplate,
    matchers::{body_string, header, method, path},
};

use super::*;

const WITHIN: Duration = Duration::from_secs(8);

const POST: Post<'_> = Post { path: "/a/b%3Ac", headers: &[("x-amz-target", "AmazonSSM.GetParameter")], body: "{}" };

fn service(endpoint: &str) -> Service {
    let credentials =
        aws_credential_types::Credentials::new("AKIDEXAMPLE", "the-secret", Some("token".into()), None, "");
    Service {
        name: "ssm",
        endpoint: endpoint.to_owned(),
        region: "eu-central-1".to_owned(),
        identity: credentials.into(),
        http: Http::shared().unwrap(),
    }
}

/// A server that answers with these, one after the other.
async fn server(answers: impl IntoIterator<Item = ResponseTemplate>) -> MockServer {
    let server = MockServer::start().await;
    for answer in answers {
        Mock::given(method("POST")).respond_with(answer).up_to_n_times(1).mount(&server).await;
    }
    server
}

fn refused(status: u16, code: &str) -> ResponseTemplate {
    ResponseTemplate::new(status).insert_header("x-amzn-errortype", code)
}

async fn requests(server: &MockServer) -> Vec<Request> {
    server.received_requests().await.unwrap()
}

#[tokio::test]
async fn a_request_is_signed_for_service_and_region_and_carries_what_it_should() {
    let server = MockServer::start().await;
    let answer = ResponseTemplate::new(200).insert_header("x-one", "1").set_body_string("done");
    let expected = Mock::given(method("POST")).and(path("/a/b%3Ac")).and(body_string("{}"));
    let expected = expected.and(header("x-amz-target", "AmazonSSM.GetParameter"));
    expected.and(header("x-amz-security-token", "token")).respond_with(answer).mount(&server).await;
    let answer = service(&server.uri()).post(POST, WITHIN).await.unwrap();
    assert_eq!((answer.header("x-one"), answer.body.as_slice()), (Some("1"), b"done".as_slice()));
    let authorization = requests(&server).await[0].headers["authorization"].to_str().unwrap().to_owned();
    assert!(authorization.starts_with("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/"), "{authorization}");
    assert!(authorization.contains("/eu-central-1/ssm/aws4_request, SignedHeaders=host;x-amz-"), "{authorization}");
}

#[tokio::test]
async fn throttling_and_faults_of_the_service_are_tried_again() {
    let answers = [refused(400, "ThrottlingException"), refused(503, "ServiceUnavailable"), ResponseTemplate::new(200)];
    let server = server(answers).await;
    service(&server.uri()).post(POST, WITHIN).await.unwrap();
    assert_eq!(requests(&server).await.len(), 3);
}

#[tokio::test]
async fn after_four_attempts_the_last_error_is_the_result() {
    let codes = ["TooManyRequestsException"; 5].map(|code| refused(429, code));
    let server = server(codes).await;
    let error = service(&server.uri()).post(POST, WITHIN).await.unwrap_err();
    assert_eq!(error, CallError::Rejected { status: 429, code: Some("TooManyRequestsException".to_owned()) });
    assert_eq!(requests(&server).await.len(), 4);
}

#[tokio::test]
async fn a_refusal_for_good_is_asked_once_and_its_code_alone_is_told() {
    let message = json!({"message": "User: arn:… is not authorized"});
    let in_header = ResponseTemplate::new(400).set_body_json(&message);
    let in_body = json!({"__type": "com.amazonaws.ssm#AccessDeniedException", "message": "User: arn:…"});
    for answer in [
        in_header.insert_header("x-amzn-errortype", "AccessDeniedException:http://internal.amazon.com/coral/"),
        ResponseTemplate::new(400).set_body_json(&in_body),
    ] {
        let server = server([answer]).await;
        let error = service(&server.uri()).post(POST, WITHIN).await.unwrap_err();
        assert_eq!(error.to_string(), "AccessDeniedException");
        assert_eq!(requests(&server).await.len(), 1);
    }
    let server = server([ResponseTemplate::new(413).set_body_string("too large")]).await;
    let error = service(&server.uri()).post(POST, WITHIN).await.unwrap_err();
    assert_eq!(error.to_string(), "rejected without an error code");
}

#[tokio::test]
async fn without_a_server_the_error_is_that_there_is_no_connection() {
    let error = service("http://127.0.0.1:9").post(POST, WITHIN).await.unwrap_err();
    assert_eq!(error.to_string(), "no connection");
}

/// Time passes at once where everything waits.
#[tokio::test(start_paused = true)]
async fn all_attempts_together_take_no_longer_than_the_caller_has() {
    // Accepted by the kernel, answered by nothing.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let service = service(&format!("http://{}", listener.local_addr().unwrap()));
    for within in [Duration::from_secs(2), WITHIN] {
        let began = Instant::now();
        assert!(service.post(POST, within).await.unwrap_err().is_transient());
        assert!(began.elapsed() <= within + Duration::from_millis(10), "{:?}", began.elapsed());
    }
}

#[test]
fn each_partition_has_its_domain() {
    assert_eq!(public_endpoint("ssm", "eu-central-1"), "https://ssm.eu-central-1.amazonaws.com");
    assert_eq!(public_endpoint("lambda", "cn-north-1"), "https://lambda.cn-north-1.amazonaws.com.cn");
}

#[tokio::test]
async fn the_secret_is_not_printed() {
    assert!(!format!("{:?}", service("http://127.0.0.1:9")).contains("the-secret"));
}
