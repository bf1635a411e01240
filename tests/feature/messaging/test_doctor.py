"""What ``responder doctor`` says of gateways."""

from pathlib import Path

from responder.app import House
from responder.checkup import examine
from responder.messaging import templates


def _said(house: House, data: Path, **more: str) -> dict[str, bool]:
    settings = house.settings.model_copy(
        update={"data": data, "gateways": "aliyun", "public_url": "https://red.example.cn", **more}
    )
    return {finding.what: finding.ok for finding in examine(House(settings, house.work))}


def test_a_whole_installation(house: House, tmp_path: Path) -> None:
    register = 'signature = "金山区红十字会"\n[templates]\nmission_alert = { zh = "SMS_1" }\n'
    templates.path("aliyun", tmp_path).write_text(register, encoding="utf-8")
    said = _said(house, tmp_path, aliyun_key="LTAI1", aliyun_secret="s3cret")
    key = house.settings.hook_key("aliyun")
    assert said[f"aliyun calls us at https://red.example.cn/hooks/aliyun/{key}/"]
    assert said["Aliyun: key and secret"]
    assert said["Aliyun: signature 金山区红十字会"]
    assert said["Aliyun: 1 templates approved"]
    assert "s3cret" not in str(said)


def test_what_is_missing(house: House, tmp_path: Path) -> None:
    said = _said(house, tmp_path)
    assert not said["Aliyun: key and secret"]
    assert not said["Aliyun: signature missing"]
    assert not said["Aliyun: 0 templates approved"]


def test_a_wrong_register_is_told(house: House, tmp_path: Path) -> None:
    templates.path("aliyun", tmp_path).write_text("sign = 1", encoding="utf-8")
    assert not _said(house, tmp_path)["gateways: templates.aliyun.toml: sign: Extra inputs are not permitted"]


def test_a_simulator_outside_a_demonstration_is_a_fault(house: House, tmp_path: Path) -> None:
    """It says that every alert was delivered, and nobody gets any."""
    fault = "gateways: simulator outside a demonstration, its texts reach nobody"
    for demo in (True, False):
        settings = house.settings.model_copy(update={"data": tmp_path, "gateways": "simulator", "demo": demo})
        said = {finding.what: finding.ok for finding in examine(House(settings, house.work))}
        assert (said.get(fault) is False) is not demo
