//! The gateway's connections. The HTTP server refuses by itself what it cannot read as a request (such as a `<` in an
//! address), with an empty body; API Gateway says `{"message":"Bad Request"}`.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::serve::Listener;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

/// Accepts connections on which the server's own refusals have a body.
#[derive(Debug)]
pub(crate) struct GatewayListener(pub TcpListener);

impl Listener for GatewayListener {
    type Io = Connection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Connection, SocketAddr) {
        let (stream, from) = Listener::accept(&mut self.0).await;
        (Connection { stream, pending: Vec::new() }, from)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
    /// What is still to be sent instead of what the server wrote.
    pending: Vec<u8>,
}

impl Connection {
    fn send_pending(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.pending.is_empty() {
            let sent = ready!(Pin::new(&mut self.stream).poll_write(context, &self.pending))?;
            if sent == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.pending.drain(..sent);
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        ready!(self.send_pending(context))?;
        let Some(refusal) = with_message(bytes) else { return Pin::new(&mut self.stream).poll_write(context, bytes) };
        self.pending = refusal;
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.send_pending(context))?;
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.send_pending(context))?;
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

/// The response with its reason as the message, if it is an empty 4xx: neither the gateway nor a function makes one.
fn with_message(response: &[u8]) -> Option<Vec<u8>> {
    let head = std::str::from_utf8(response).ok()?.strip_suffix("\r\n\r\n")?;
    let (status_line, fields) = head.split_once("\r\n")?;
    let reason = status_line.strip_prefix("HTTP/1.1 4")?.get(3..)?;
    let is_empty = |field: &str| field.eq_ignore_ascii_case("content-length: 0");
    if !fields.split("\r\n").any(is_empty) {
        return None;
    }
    let body = format!("{{\"message\":\"{reason}\"}}");
    let length = format!("content-length: {}", body.len());
    let mut lines = vec![status_line];
    lines.extend(fields.split("\r\n").filter(|field| !is_empty(field)));
    lines.extend(["content-type: application/json", &length, "", &body]);
    Some(lines.join("\r\n").into_bytes())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_empty_refusal_gets_a_message_and_nothing_else_is_touched() {
        let refusal = b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\ndate: now\r\n\r\n";
        let sent = String::from_utf8(with_message(refusal).unwrap()).unwrap();
        assert_eq!(
            sent,
            "HTTP/1.1 400 Bad Request\r\ndate: now\r\ncontent-type: application/json\r\ncontent-length: 25\r\n\r\n\
             {\"message\":\"Bad Request\"}"
        );
        for other in [
            "HTTP/1.1 400 Bad Request\r\ncontent-length: 2\r\n\r\n{}",
            "HTTP/1.1 204 No Content\r\ndate: now\r\n\r\n",
            "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
            "HTTP/1.1 404 Not Found\r\ncontent-length: 22\r\n\r\n",
            "",
        ] {
            assert_eq!(with_message(other.as_bytes()), None, "{other}");
        }
    }
}
