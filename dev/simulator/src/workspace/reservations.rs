//! The reservations of the workspace's workers.

use super::Workspace;
use crate::actor::Origin;
use crate::event::Event;
use crate::refusal::Refusal;
use crate::reservation::{Reservation, Status};
use crate::worker::Worker;

impl Workspace {
    /// The reservations of a worker, in order of SID.
    pub(crate) fn reservations_of(&self, worker_sid: &str) -> impl Iterator<Item = &Reservation> {
        self.reservations.values().filter(move |reservation| reservation.worker_sid == worker_sid)
    }

    /// A new reservation of a worker with this status, and the events of the way there.
    pub(crate) fn reserve(
        &mut self,
        worker_sid: &str,
        status: Status,
        origin: &Origin,
    ) -> Result<(Reservation, Vec<Event>), Refusal> {
        let worker = self.worker(worker_sid)?.clone();
        let mut reservation = Reservation::new(worker_sid, origin.at);
        let mut events = Vec::new();
        for status in status.way() {
            reservation.status = status;
            events.push(self.record(Event::of_reservation(&reservation, &worker, origin)));
        }
        self.put_reservation(&reservation);
        Ok((reservation, events))
    }

    /// Gives a reservation its next status.
    pub(crate) fn move_reservation(
        &mut self,
        sid: &str,
        status: Status,
        origin: &Origin,
    ) -> Result<(Reservation, Event), Refusal> {
        let mut reservation = self.reservations.get(sid).ok_or_else(|| Refusal::no("Reservation", sid))?.clone();
        let worker = self.worker(&reservation.worker_sid)?.clone();
        check_next(reservation.status, status)?;
        reservation.status = status;
        reservation.date_updated = origin.at;
        self.put_reservation(&reservation);
        let event = self.record(Event::of_reservation(&reservation, &worker, origin));
        Ok((reservation, event))
    }

    /// Rejects these pending reservations.
    pub(super) fn reject(&mut self, sids: &[String], origin: &Origin) -> Result<Vec<Event>, Refusal> {
        let reject = |sid: &String| Ok(self.move_reservation(sid, Status::Rejected, origin)?.1);
        sids.iter().map(reject).collect()
    }

    /// The pending reservations that an update rejects, by SID. A worker that has some keeps its activity unless they
    /// are rejected in the same request.
    pub(super) fn pending_reservations(
        &self,
        before: &Worker,
        after: &Worker,
        reject: bool,
    ) -> Result<Vec<String>, Refusal> {
        let pending = self.reservations_of(&before.sid).filter(|reservation| reservation.status == Status::Pending);
        let pending: Vec<String> = pending.map(|reservation| reservation.sid.clone()).collect();
        if reject {
            return Ok(pending);
        }
        if !pending.is_empty() && after.activity_sid != before.activity_sid {
            let (sid, count) = (&before.sid, pending.len());
            return Err(Refusal::bad(format!(
                "Worker {sid} cannot have its activity updated while it has {count} pending reservations."
            )));
        }
        Ok(Vec::new())
    }

    fn put_reservation(&mut self, reservation: &Reservation) {
        self.journal.reservation(reservation);
        self.reservations.insert(reservation.sid.clone(), reservation.clone());
    }
}

fn check_next(now: Status, wanted: Status) -> Result<(), Refusal> {
    if now.next().contains(&wanted) {
        return Ok(());
    }
    let next: Vec<&str> = now.next().iter().map(|status| status.name()).collect();
    let next = if next.is_empty() { "nothing".to_owned() } else { next.join(", ") };
    let (now, wanted) = (now.name(), wanted.name());
    Err(Refusal::bad(format!("a reservation that is {now} cannot become {wanted}; next is {next}")))
}
