"""A project code stands for one project of one enterprise, whichever level dockets its formalities (row 13)."""

import pytest

from services.approvals.domain.projects import AnotherProject
from shared.events import ApplicationDocketed
from shared.vocabulary import Formality, Level, Scope
from tests.approvals.worlds import planned
from tests.builders import BANNER_DRC, DRC, PLAN, application_docketed, posted, project_code
from tests.deciding import decide, refused
from tests.posting import approvals
from tests.systems import System

OTHER = "91150602MA0XX012XT"


def at_banner(**changes: object) -> ApplicationDocketed:
    return application_docketed(level=Level.BANNER, formality=Formality.CONSTRUCTION_PERMIT, **changes)


@pytest.mark.row(13)
@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"owner_code": OTHER}, "data.project.owner_code"),
        ({"owner_name": "另一家企业"}, "data.project.owner_name"),
        ({"scope": Scope.BANNER_KEY}, "data.project.scope"),
    ],
)
def test_a_code_on_record_for_another_project_is_refused_naming_what_differs(
    changes: dict[str, object], path: str
) -> None:
    world = planned((application_docketed(), DRC))
    refusal = refused(AnotherProject, world, at_banner(**changes), BANNER_DRC)
    assert (refusal.status, refusal.row, refusal.path) == (409, 13, path)
    assert project_code() in refusal.problem()["title"]
    decide(world, at_banner(owner_name=" 示例 企业"), BANNER_DRC)  # the same, however it is spaced


@pytest.mark.row(13, 30)
def test_a_project_is_mended_by_docketing_its_applications_anew() -> None:
    world = planned()
    world.decide(posted(application_docketed(), DRC, "city-1"))
    world.decide(posted(at_banner(), BANNER_DRC, "banner-1"))
    world.decide(posted(application_docketed(owner_name="更名后的示例企业", supersedes="city-1"), DRC, "city-2"))
    refused(AnotherProject, world, application_docketed(formality=Formality.GRASSLAND), DRC)
    decide(world, at_banner(owner_name="更名后的示例企业", supersedes="banner-1"), BANNER_DRC)
    (project,) = world.projects.values()
    assert project.owner_name == "更名后的示例企业"


@pytest.mark.row(13, 30)
async def test_the_registry_lists_projects_with_their_applications_and_outlives_the_group(system: System) -> None:
    posts = [
        (application_docketed(), DRC),
        (at_banner(), BANNER_DRC),
        (application_docketed(project_code=project_code(2)), DRC),
    ]
    async with approvals(system, (PLAN, DRC), *posts) as office:
        refusal = await office.post(application_docketed(formality=Formality.GRASSLAND, owner_code=OTHER), DRC)
        assert (refusal.status_code, refusal.json()["row"]) == (409, 13)
        path = f"/v1/campaigns/{PLAN.campaign}/projects"
        listed = (await office.client.get(path, headers=office.key(DRC))).json()
        assert [(one["project_code"], len(one["applications"])) for one in listed] == [
            (project_code(1), 2),
            (project_code(2), 1),
        ]
        found = (await office.client.get(path, params={"q": project_code(2)}, headers=office.key(DRC))).json()
        assert [one["project_code"] for one in found] == [project_code(2)]
        await office.accepted((application_docketed(owner_name="更名企业", supersedes=await posted_as(system)), DRC))
        listed = (await office.client.get(path, headers=office.key(DRC))).json()
        assert listed[0]["owner_name"] == "更名企业"
        cookie = {"Cookie": f"chunfeng_key={office.tokens[DRC.unit]}", "Accept": "text/html"}
        page = await office.client.get("/projects", headers=cookie)
        assert (page.status_code, "更名企业" in page.text, project_code(2) in page.text) == (200, True, True)


async def posted_as(system: System) -> str:
    """Return the id under which the first application was docketed."""
    query = "SELECT event_id FROM outbox WHERE subject = $1"
    (row,) = await system.rows("approvals", query, application_docketed().subject)
    return str(row["event_id"]).rpartition("/")[2]
