"""The chaos harness's own judgement: its checker sees what is lost and doubled, its nemesis leaves no point out."""

import random
import re
from dataclasses import replace
from pathlib import Path

import pytest

from deploy.chaos.checker import Evidence, Held, Receipt, Verdict, check
from deploy.chaos.ledger import Answer, Ledger, Sent, read
from deploy.chaos.nemesis import POINTS, Manner, Strike, planned
from deploy.chaos.ports import lasting_ports
from deploy.chaos.run import impatient
from deploy.chaos.world import VICTIMS
from services.bulletin.settings import Settings
from shared.events import NoticeSent, SessionScheduled
from tests.builders import ROOT

SOURCE = "/chunfeng/approvals"
SIGNED = "chunfeng.approval.signed.v1"


def held(number: int) -> Held:
    return Held(f"fact-{number}", SOURCE, number, SIGNED, "chaos-1-150602", f"event-{number}")


def answer(number: int, status: str = "accepted") -> Answer:
    facts = (f"fact-{number}",) if status == "accepted" else ()
    return Answer(f"event-{number}", "/units/a", "approvals", SIGNED, "chaos-1-150602", status, facts)


def evidence(*numbers: int) -> Evidence:
    """Return what is held when these events were accepted and all went well."""
    facts = [held(number) for number in numbers]
    return Evidence(
        outboxes=list(facts),
        stream=list(facts),
        bulletin=list(facts),
        receipts={fact.cause: Receipt("accepted", (fact.id,)) for fact in facts},
        effects={fact.id: 1 for fact in facts},
        totals={("chaos-1-150602", SIGNED): len(facts)},
        applied={"bulletin": len(facts), "witness": len(facts)},
        addressed={"bulletin": len(facts), "witness": len(facts)},
    )


def judged(found: Evidence, *answers: Answer) -> Verdict:
    ledger: list[Sent | Answer] = []
    for one in answers or (answer(1), answer(2)):
        ledger += [Sent(one.id, one.source), one]
    return check(ledger, found)


def test_nothing_is_found_where_nothing_is_wrong() -> None:
    verdict = judged(evidence(1, 2))
    assert verdict.clean
    assert verdict.accepted == 2


def test_an_event_sent_twice_is_accepted_once() -> None:
    assert judged(evidence(1), answer(1), answer(1)).accepted == 1


@pytest.mark.parametrize("where", ["stream", "bulletin"])
def test_a_fact_missing_anywhere_is_lost(where: str) -> None:
    found = evidence(1, 2)
    getattr(found, where).pop()
    assert judged(found).lost == {"event-2": f"not in the {where}"}


def test_a_fact_the_witness_has_not_seen_is_lost() -> None:
    assert judged(replace(evidence(1, 2), effects={"fact-1": 1})).lost == {"event-2": "not seen by the witness"}


def test_an_accepted_event_of_which_nobody_knows_is_lost() -> None:
    assert list(judged(evidence(1), answer(1), answer(2)).lost) == ["event-2"]


def test_an_event_that_waits_for_ever_is_lost() -> None:
    found = evidence(1)
    found.receipts["event-2"] = Receipt("waiting", ())
    assert list(judged(found, answer(1), answer(2, "waiting")).lost) == ["event-2"]


def test_an_event_that_waited_and_was_then_decided_is_not_lost() -> None:
    assert judged(evidence(1, 2), answer(1), answer(2, "waiting")).clean


def test_a_second_effect_is_doubled() -> None:
    found = replace(evidence(1, 2), effects={"fact-1": 1, "fact-2": 2})
    assert judged(found).doubled == {"event-2": "took effect 2 times"}


def test_two_facts_of_one_event_are_doubled() -> None:
    found = evidence(1, 2, 3)
    second = replace(held(3), cause="event-2")
    found.outboxes[2] = found.stream[2] = found.bulletin[2] = second
    assert judged(found).doubled == {"event-2": "became 2 facts"}


def test_a_duplicate_in_the_stream_is_counted_and_not_held_against_anybody() -> None:
    found = evidence(1, 2)
    found.stream.append(held(1))
    verdict = judged(found)
    assert verdict.clean
    assert verdict.stream_duplicates == 1


def test_what_nobody_was_promised_may_not_be_in_the_bulletin() -> None:
    verdict = judged(evidence(1, 2, 3))
    assert [text.partition(":")[0] for text in verdict.broken] == ["I2"]


def test_what_was_accepted_while_its_answer_was_lost_may_be_in_the_bulletin() -> None:
    verdict = check([Sent("event-1", "/units/a")], evidence(1))
    assert verdict.broken == ["never answered, though all was up again: event-1"]


def test_a_notice_is_needed_by_no_post_and_told_once_for_each_session() -> None:
    scheduled = replace(held(1), type=SessionScheduled.type)
    notice = replace(held(2), type=NoticeSent.type, cause="chaos-1-150602/notices")
    found = evidence(1)
    found = replace(found, outboxes=[scheduled, notice], stream=[scheduled, notice], bulletin=[scheduled, notice])
    assert not [text for text in judged(found, answer(1)).broken if text.startswith("I2")]
    found.bulletin.append(replace(notice, id="again", sequence=3))
    assert any("notice was not sent once: chaos-1-150602 2 times" in text for text in judged(found, answer(1)).broken)
    del found.bulletin[1:]
    assert any("notice was not sent once: chaos-1-150602 0 times" in text for text in judged(found, answer(1)).broken)


def test_a_hole_in_a_sequence_is_found() -> None:
    found = evidence(1, 3)
    assert any("has a hole" in text for text in judged(found, answer(1), answer(3)).broken)


def test_a_fact_in_quarantine_is_reported_with_its_reason() -> None:
    found = evidence(1, 2)
    found.quarantined["bulletin"] = ["ValueError: never"]
    assert any("ValueError: never" in text for text in judged(found).broken)


def test_a_fact_that_was_neither_applied_nor_quarantined_is_found() -> None:
    found = evidence(1, 2)
    found.applied["witness"] = 1
    assert judged(found).broken == ["I9: witness received 2, applied 1, quarantined 0"]


def test_a_legal_event_that_was_refused_is_found() -> None:
    refused = replace(answer(2, "refused"), reason='{"status": 404}')
    assert judged(evidence(1), answer(1), refused).broken == ['a legal event was refused: {"status": 404}']


def test_the_ledger_reads_back_what_it_wrote(tmp_path: Path) -> None:
    event = {"id": "event-1", "source": "/units/a", "type": SIGNED, "data": {"session": "chaos-1-150602"}}
    with Ledger(tmp_path / "ledger") as ledger:
        ledger.sent(event)
        ledger.answered("approvals", event, {"status": "accepted", "facts": [{"type": SIGNED, "id": "fact-1"}]})
        assert list(read(ledger.path)) == [Sent("event-1", "/units/a"), answer(1)]
        assert ledger.accepted == 1


def strikes_of(seed: int) -> list[Strike]:
    return planned(random.Random(seed), 60, POINTS.items())  # noqa: S311  (repeatable, not secret)


def test_every_named_crash_point_is_struck_and_every_kill_counted() -> None:
    strikes = strikes_of(7)
    assert sum(strike.kills for strike in strikes) == 60
    assert {strike.point for strike in strikes if strike.manner is Manner.AT_POINT} == set(POINTS)
    assert {strike.victim for strike in strikes} <= set(VICTIMS)


def test_the_same_seed_plans_the_same_kills() -> None:
    assert strikes_of(7) == strikes_of(7) != strikes_of(8)


def test_a_service_starts_with_the_settings_the_harness_gives_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in impatient(smtp_port=2525).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("CHUNFENG_DATABASE_URL", "postgresql://localhost/bulletin")
    monkeypatch.setenv("CHUNFENG_NATS_URL", "nats://localhost")
    assert Settings().delivery_lease < Settings.model_fields["delivery_lease"].default


def test_the_harness_knows_every_crash_point_of_the_source() -> None:
    sources = [path.read_text("utf-8") for part in ("services", "shared") for path in (ROOT / part).rglob("*.py")]
    assert set(POINTS) == {point for source in sources for point in re.findall(r'crash_at\("(.+?)"\)', source)}


def test_no_client_is_given_a_servers_port_while_the_server_is_dead() -> None:
    ephemeral = Path("/proc/sys/net/ipv4/ip_local_port_range")
    first = int(ephemeral.read_text().split()[0]) if ephemeral.exists() else 32_768
    ports = lasting_ports(5)
    assert len(set(ports)) == 5
    assert max(ports) < first
