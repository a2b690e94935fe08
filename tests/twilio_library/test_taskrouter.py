"""Twilio's helper library works on the simulator as on Twilio."""

import unittest

from stack import ACCOUNT, API_KEY, API_KEY_SECRET, WORKSPACE, Stack
from twilio.base.exceptions import TwilioRestException

OFFLINE = "WA" + 31 * "0" + "1"
AVAILABLE = "WA" + 31 * "0" + "2"


def setUpModule():
    global stack
    stack = Stack()


def tearDownModule():
    stack.stop()


class TaskRouter(unittest.TestCase):
    def setUp(self):
        self.client = stack.client()
        self.workspace = self.client.taskrouter.v1.workspaces(WORKSPACE)

    def tearDown(self):
        stack.sim("faults", {})
        stack.sim("configuration", {})
        for worker in self.workspace.workers.list():
            worker.update(activity_sid=OFFLINE, reject_pending_reservations=True)
            worker.delete()

    def create(self, name, **fields):
        return self.workspace.workers.create(friendly_name=name, **fields)

    def refusal(self, call, *args, **kwargs):
        with self.assertRaises(TwilioRestException) as raised:
            call(*args, **kwargs)
        return raised.exception

    def test_the_workspace_is_listed_and_fetched(self):
        listed = self.client.taskrouter.v1.workspaces.list()
        self.assertEqual([workspace.sid for workspace in listed], [WORKSPACE])
        self.assertEqual(self.workspace.fetch().friendly_name, listed[0].friendly_name)

    def test_a_worker_is_created_fetched_updated_and_deleted(self):
        attributes = '{"half":"\\ud800","n":1e999}'
        created = self.create("alice", attributes=attributes, activity_sid=AVAILABLE)
        self.assertEqual((created.activity_name, created.available), ("Available", True))
        fetched = self.workspace.workers(created.sid).fetch()
        self.assertEqual((fetched.friendly_name, fetched.attributes), ("alice", attributes))
        self.assertEqual(fetched.date_created, created.date_created)
        updated = fetched.update(friendly_name="bob", activity_sid=OFFLINE)
        self.assertEqual((updated.friendly_name, updated.activity_name), ("bob", "Offline"))
        self.assertTrue(updated.delete())
        gone = self.refusal(fetched.fetch)
        self.assertEqual((gone.status, gone.code), (404, 20404))

    def test_all_pages_of_a_list_are_read(self):
        names = [f"person {number}" for number in range(7)]
        for name in names:
            self.create(name)
        listed = self.workspace.workers.list(page_size=3)
        self.assertEqual(sorted(worker.friendly_name for worker in listed), names)
        self.assertEqual(len(self.workspace.workers.list(limit=4, page_size=3)), 4)
        self.assertEqual(len(list(self.workspace.workers.stream(page_size=1))), 7)
        first = self.workspace.workers.page(page_size=5)
        self.assertEqual(len(list(first)), 5)
        second = first.next_page()
        self.assertEqual(len(list(second)), 2)
        self.assertIsNone(second.next_page())
        self.assertEqual(len(list(second.previous_page())), 5)

    def test_workers_are_found_by_the_filters_and_no_filter_is_ignored(self):
        self.create("alice", activity_sid=AVAILABLE)
        self.create("bob")
        for filters in [{"available": "true"}, {"activity_name": "Available"}, {"friendly_name": "ALICE"}]:
            found = self.workspace.workers.list(**filters)
            self.assertEqual([worker.friendly_name for worker in found], ["alice"], filters)
        for name in ["target_workers_expression", "task_queue_name", "task_queue_sid", "ordering"]:
            with self.assertRaisesRegex(Exception, "Unable to fetch page"):
                self.workspace.workers.list(**{name: "x"})

    def test_an_update_for_an_older_version_is_refused(self):
        worker = self.create("alice")
        version = self.etag(worker)
        worker.update(attributes='{"a":1}', if_match=version)
        self.assertEqual(self.client.http_client.sent_headers["If-Match"], version)
        self.assertNotEqual(self.etag(worker), version)
        for stale in [version, f"W/{self.etag(worker)}"]:
            refusal = self.refusal(worker.update, attributes='{"a":2}', if_match=stale)
            self.assertEqual((refusal.status, refusal.code), (412, 20412))
        self.assertEqual(worker.fetch().attributes, '{"a":1}')

    def etag(self, worker):
        return self.workspace.workers(worker.sid).fetch_with_http_info().headers["etag"]

    def test_only_an_offline_worker_is_deleted(self):
        worker = self.create("alice", activity_sid=AVAILABLE)
        refusal = self.refusal(worker.delete)
        self.assertEqual((refusal.status, refusal.code), (400, 20001))

    def test_pending_reservations_keep_the_activity_until_they_are_rejected(self):
        worker = self.create("alice", activity_sid=AVAILABLE)
        reservation = stack.sim("reservations", {"worker_sid": worker.sid})
        refusal = self.refusal(worker.update, activity_sid=OFFLINE)
        self.assertIn(f"Worker {worker.sid} cannot have its activity updated", refusal.msg)
        of_worker = self.workspace.workers(worker.sid).reservations
        self.assertEqual([found.sid for found in of_worker.list(reservation_status="pending")], [reservation["sid"]])
        worker.update(activity_sid=OFFLINE, reject_pending_reservations=True)
        self.assertEqual(of_worker(reservation["sid"]).fetch().reservation_status, "rejected")
        self.assertEqual(of_worker.list(reservation_status="pending"), [])

    def test_an_api_key_is_as_good_as_the_auth_token_and_events_tell_them_apart(self):
        worker = self.create("alice")
        with_key = stack.client(API_KEY, API_KEY_SECRET).taskrouter.v1.workspaces(WORKSPACE)
        with_key.workers(worker.sid).update(attributes='{"a":1}')
        events = self.workspace.events.list(worker_sid=worker.sid, minutes=5)
        actors = [(event.event_type, event.actor_sid) for event in events]
        self.assertEqual(actors, [("worker.attributes.update", API_KEY), ("worker.created", ACCOUNT)])
        self.assertEqual(self.workspace.events(events[0].sid).fetch().event_data["worker_attributes"], '{"a":1}')
        refusal = self.refusal(stack.client(API_KEY, "wrong").taskrouter.v1.workspaces(WORKSPACE).fetch)
        self.assertEqual((refusal.status, refusal.code), (401, 20003))

    def test_activities_channels_and_numbers_are_read(self):
        worker = self.create("alice", activity_sid=AVAILABLE)
        activities = self.workspace.activities.list()
        self.assertEqual(self.workspace.activities(activities[0].sid).fetch().friendly_name, "Offline")
        channels = self.workspace.workers(worker.sid).worker_channels
        self.assertEqual(channels("voice").fetch().sid, channels.list()[1].sid)
        numbers = self.workspace.workers.real_time_statistics().fetch()
        self.assertEqual((numbers.total_workers, len(numbers.activity_statistics)), (1, len(activities)))
        self.assertEqual(self.refusal(self.workspace.workers.cumulative_statistics().fetch).status, 501)

    def test_flexs_configuration_is_read(self):
        skills = [{"name": "french", "multivalue": True, "minimum": 1, "maximum": 10}]
        stack.sim("configuration", {"taskrouter_skills": skills})
        configuration = self.client.flex_api.v1.configuration().fetch()
        self.assertEqual(configuration.taskrouter_skills, skills)
        self.assertEqual(configuration.taskrouter_offline_activity_sid, OFFLINE)

    def test_faults_arrive_as_the_librarys_errors(self):
        worker = self.create("alice")
        stack.sim("faults", {"rest": {"method": "POST", "status": 429}})
        refusal = self.refusal(worker.update, attributes="{}")
        self.assertEqual((refusal.status, refusal.code), (429, 20429))
        stack.sim("faults", {"rest": {"method": "POST", "lose_response": True}})
        with self.assertRaises(OSError):
            worker.update(attributes='{"a":1}')
        self.assertEqual(worker.fetch().attributes, '{"a":1}')


if __name__ == "__main__":
    unittest.main()
