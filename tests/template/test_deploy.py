"""The scripts that deploy, with commands in the place of sam and aws that note how they are called."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from tree import HOST, OTHER, Tree  # noqa: E402

REMEMBERED = 'parameter_overrides = "Architecture=\\"{}\\" PublicUrl=\\"\\" LogLevel=\\"info\\""\n'
CONSOLE = "https://d111111abcdef8.cloudfront.net"
API = "https://abc123.execute-api.eu-central-1.amazonaws.com"


class Deploy(Tree):
    def setUp(self) -> None:
        super().setUp()
        self.sam = self.command("sam", "")

    def deploy(self, *arguments: str):
        return self.run_script("infra/deploy.sh", *arguments)

    def remember(self, architecture: str) -> None:
        config = self.root / "samconfig.toml"
        config.write_text(config.read_text() + REMEMBERED.format(architecture))

    def test_the_first_time_the_parameters_are_asked_for_and_later_remembered(self) -> None:
        self.ok(self.build())
        self.ok(self.deploy())
        first = ["build", f"deploy --guided --parameter-overrides Architecture={HOST}"]
        self.assertEqual(self.sam.read_text().splitlines(), first)
        self.remember(HOST)
        self.ok(self.deploy("--no-confirm-changeset"))
        self.assertEqual(self.sam.read_text().splitlines(), [*first, "build", "deploy --no-confirm-changeset"])

    def test_what_was_built_for_another_processor_is_not_deployed(self) -> None:
        self.ok(self.build())
        self.remember(OTHER)
        self.refused(self.deploy(), f"built for {HOST}, and samconfig.toml says {OTHER}", f"ARCH={OTHER}")
        self.assertNotIn("deploy", self.sam.read_text())

    def test_nothing_is_deployed_that_is_not_a_release_or_was_changed_since(self) -> None:
        self.refused(self.deploy(), "run make build")
        self.ok(self.build(profile="dev"))
        self.refused(self.deploy(), "has the profile dev")
        self.ok(self.build())
        (self.root / "target" / "lambda" / "edit" / "bootstrap").write_bytes(b"")
        self.refused(self.deploy(), "is not what was built")
        self.assertEqual(self.sam.read_text(), "")


class DeployConsole(Tree):
    def setUp(self) -> None:
        super().setUp()
        dist = self.root / "console" / "dist"
        dist.mkdir()
        for file in ("console.js", "console.js.map", "part-pages.js", "plugin.js", "page.css", "icon.svg"):
            (dist / file).write_text(file)

    def aws(self, origins: str, bucket: str = "page-bucket") -> pathlib.Path:
        # What describe-stacks is asked for, by the query; `s3 sync` copies.
        return self.command(
            "aws",
            f"""case "$*" in
  *ConsoleBucket*) echo {bucket} ;;
  *ConsoleDistributionId*) echo E123 ;;
  *ConsoleUrl*) echo {CONSOLE} ;;
  *ApiUrl*) echo {API}/ ;;
  *AllowedOrigins*) echo {origins} ;;
esac""",
        )

    def deploy(self):
        return self.run_script("infra/deploy-console.sh", "a-stack")

    def test_the_page_is_told_the_apis_address_and_every_file_its_type(self) -> None:
        calls = self.aws(f"https://flex.twilio.com,{CONSOLE}")
        self.assertIn(f"{CONSOLE}/console/plugin.js", self.ok(self.deploy()))
        page = (self.root / "target" / "console" / "index.html").read_text()
        self.assertIn(f'<flex-roster api-origin="{API}">', page)
        self.assertNotIn("logins", page)
        called = calls.read_text().splitlines()
        self.assertTrue(all("a-stack" in call for call in called if "describe-stacks" in call))
        uploads = [call for call in called if call.startswith("s3 sync")]
        for pattern, kind in {
            "*.js": "text/javascript; charset=utf-8",
            "*.css": "text/css; charset=utf-8",
            "*.svg": "image/svg+xml",
            "*.map": "application/json",
            "*.html": "text/html; charset=utf-8",
        }.items():
            (upload,) = (call for call in uploads if f"--include {pattern} " in call)
            self.assertIn(f"--content-type {kind} --cache-control no-cache", upload)
            self.assertIn("s3://page-bucket", upload)
        self.assertIn("*.html", uploads[-1], "the page comes after what it names")
        self.assertIn("--distribution-id E123", called[-1])
        types = {file.suffix for file in (self.root / "target" / "console").rglob("*") if file.is_file()}
        self.assertEqual(types, {".js", ".map", ".css", ".svg", ".html"}, "each type of file is uploaded")

    def test_a_page_that_the_api_would_not_answer_is_not_put_there(self) -> None:
        calls = self.aws("https://flex.twilio.com")
        self.refused(self.deploy(), f"AllowedOrigins of the stack a-stack lacks {CONSOLE}")
        self.assertNotIn("s3 sync", calls.read_text())

    def test_a_stack_without_a_console_is_named(self) -> None:
        self.aws("https://flex.twilio.com", bucket="")
        self.refused(self.deploy(), "the stack a-stack has no console")


if __name__ == "__main__":
    unittest.main()
