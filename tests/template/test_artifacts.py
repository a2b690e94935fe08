"""What is built for Lambda is checked, and packaged as it was built."""

import hashlib
import io
import os
import pathlib
import platform
import shutil
import subprocess
import sys
import tempfile
import unittest
import zipfile

sys.path[:0] = [str(pathlib.Path(__file__).parent), str(pathlib.Path(__file__).parents[1] / "contract")]

import stack  # noqa: E402
from samcli.yamlhelper import yaml_parse  # noqa: E402
from tree import FUNCTIONS, HOST, OTHER, ROOT, TOOLS, Tree  # noqa: E402


class Artifacts(Tree):
    def test_the_functions_that_the_tests_use_run_on_lambda(self) -> None:
        """The binaries of `cargo build`: the architecture of this machine, and no later glibc than Lambda's."""
        for function in FUNCTIONS:
            link = self.root / "built" / function
            link.unlink()
            link.symlink_to(ROOT / "target" / "debug" / function)
        self.ok(self.build(profile="dev"))
        self.assertEqual(list(self.manifest()["functions"]), FUNCTIONS)

    def test_sizes_are_printed_and_the_manifest_says_what_was_built(self) -> None:
        printed = self.ok(self.build())
        for function in FUNCTIONS:
            self.assertRegex(printed, rf"\d\.\d\d MB  {function}\n")
        manifest = self.manifest()
        self.assertEqual((manifest["architecture"], manifest["profile"], manifest["glibc"]), (HOST, "release", "2.34"))
        self.assertRegex(manifest["version"], r"^\d+\.\d+\.\d+")
        self.assertEqual(self.ok(self.run_script("infra/artifacts.py", "check")).split()[0], HOST)

    def test_a_binary_for_another_processor_is_refused(self) -> None:
        self.refused(self.build(OTHER), f"is built for {HOST}, not for {OTHER}")

    def test_a_binary_that_needs_a_later_glibc_is_refused_with_the_way_out(self) -> None:
        self.ok(self.build())
        earlier = self.run_script("infra/artifacts.py", "write", HOST, "release", "2.2")
        self.refused(earlier, "needs glibc 2.", "provided.al2023 has 2.2", "cargo-zigbuild")

    def test_what_is_not_as_it_was_built_is_refused(self) -> None:
        self.ok(self.build())
        bootstrap = self.root / "target" / "lambda" / "view" / "bootstrap"
        with bootstrap.open("ab") as file:
            file.write(b"x")
        self.refused(self.run_script("infra/artifacts.py", "check"), "target/lambda/view/bootstrap is not what was built")
        bootstrap.unlink()
        self.refused(self.run_script("infra/artifacts.py", "check"), "view/bootstrap is missing")

    def test_without_a_tool_that_builds_for_another_processor_it_says_which_there_are(self) -> None:
        self.command("cargo", "exit 1")
        self.refused(self.run_script("infra/build.sh", OTHER), "cargo-zigbuild", "cargo-lambda")
        self.refused(self.run_script("infra/build.sh", "mips"), "it is arm64 or x86_64")

    def test_a_machine_with_a_later_glibc_builds_for_lambdas_with_what_it_has(self) -> None:
        self.command("getconf", "echo glibc 2.39")
        for tool in ("zigbuild", "lambda"):
            target = f"{platform.machine()}-unknown-linux-gnu"
            folder = self.root / "target" / target / "release"
            # Cargo has this tool alone, and it "builds".
            calls = self.command(
                "cargo",
                f'[ "$1" = {tool} ] || exit 1\n[ "$2" = --version ] && exit\nmkdir -p "{folder}" && cp built/* "{folder}"',
            )
            self.ok(self.run_script("infra/build.sh", HOST))
            built = [call for call in calls.read_text().splitlines() if "--version" not in call]
            self.assertEqual(len(built), 1, built)
            self.assertIn(f"--profile release --target {target}.2.34", built[0])
            for function in FUNCTIONS:
                self.assertIn(f"-p {function}", built[0])
            shutil.rmtree(self.root / "target")
            calls.unlink()
        # Without either, the build of this machine counts if it needs no later one.
        calls = self.command("cargo", '[ "$1" = build ] && mkdir -p target/release && cp built/* target/release')
        self.ok(self.run_script("infra/build.sh", HOST))
        self.assertIn("build --profile release -p ", calls.read_text())

    def test_sam_build_takes_what_was_built_and_compiles_nothing(self) -> None:
        self.ok(self.build())
        self.command("cargo", "exit 1")
        self.ok(self.run_script("sam", "build"))
        built = self.root / ".aws-sam" / "build"
        template = yaml_parse((built / "template.yaml").read_text())
        taken = 0
        for name, resource in template["Resources"].items():
            if resource["Type"] == "AWS::Serverless::Function":
                bootstrap = built / resource["Properties"]["CodeUri"] / "bootstrap"
                sha256 = hashlib.sha256(bootstrap.read_bytes()).hexdigest()
                self.assertIn(sha256, [it["sha256"] for it in self.manifest()["functions"].values()], name)
                self.assertTrue(os.access(bootstrap, os.X_OK), name)
                taken += 1
        self.assertEqual(taken, len(FUNCTIONS))

    def test_package_puts_each_function_into_s3_as_a_zip_with_its_bootstrap(self) -> None:
        self.ok(self.build())
        with tempfile.TemporaryDirectory() as data, running(data) as environment:
            packaged = self.run_script(
                "aws", "cloudformation", "package", "--template-file", "infra/template.yaml",
                "--s3-bucket", "flex-roster-exports", "--s3-prefix", "artefacts", "--output-template-file", "packaged.yaml",
                **environment,
            )  # fmt: skip
            self.ok(packaged)
            resources = yaml_parse((self.root / "packaged.yaml").read_text())["Resources"]
            addresses = {
                resource["Properties"]["CodeUri"]
                for resource in resources.values()
                if resource["Type"] == "AWS::Serverless::Function"
            }
            for address in addresses:
                self.assertTrue(address.startswith("s3://flex-roster-exports/artefacts/"), address)
                fetched = subprocess.run(
                    [TOOLS / "aws", "s3", "cp", address, "-"], env={**os.environ, **environment}, capture_output=True
                )
                self.assertEqual(fetched.returncode, 0, fetched.stderr)
                with zipfile.ZipFile(io.BytesIO(fetched.stdout)) as archive:
                    (bootstrap,) = archive.infolist()
                    self.assertEqual(bootstrap.filename, "bootstrap")
                    self.assertTrue(bootstrap.external_attr >> 16 & 0o111, "executable")
                    self.assertEqual(archive.read(bootstrap), (self.root / "built" / "view").read_bytes())


class running:
    """A stack, and the environment with which the AWS CLI reaches it."""

    def __init__(self, data: str) -> None:
        self.data = data

    def __enter__(self) -> dict[str, str]:
        self.process, _, _ = stack.start(self.data)
        printed = subprocess.run(
            [ROOT / "target" / "debug" / "local", "env", "--data", self.data], check=True, capture_output=True, text=True
        ).stdout
        lines = (line.removeprefix("export ").split("=", 1) for line in printed.splitlines())
        return {name: value.strip("'") for name, value in lines if name.startswith("AWS_")}

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()


if __name__ == "__main__":
    unittest.main()
