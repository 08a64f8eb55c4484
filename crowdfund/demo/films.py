"""The films of the demo: what their pages say. Invented for it; any likeness is chance."""

from __future__ import annotations

from crowdfund.demo.film import Film, Reward

STUDIOS = {
    "Lanting Pictures": (
        "CN",
        "Three people and a van in Guizhou. We film what is about to disappear, with those who still do it.",
    ),
    "Kiln & Harbour": ("GB", "A documentary house in Hull. Nine films, one awful boat, no debts."),
    "Nordlicht Film": ("DE", "Fiction from the flat north: slow cameras, quick tempers."),
    "Casa Papalote": ("ES", "Animation cut from paper by hand in a former bakery in Cádiz."),
}

FILMS = (
    Film(
        name="River Moon",
        studio="Lanting Pictures",
        tagline="A ferryman's daughter decides who crosses.",
        currency="CNY",
        budget=(
            ("Ferries, crew and river permits", 145_000),
            ("Cast", 110_000),
            ("Post-production and sound", 98_000),
            ("Fees and delivery", 47_000),
        ),
        rewards=(
            Reward(
                "Your name on the river",
                "In the credits, on the water itself: we float the names past the last shot.",
                30,
            ),
            Reward(
                "Two seats, any city",
                "Two presale seats in any cinema that shows it, on any night.",
                120,
                900,
                month="2027-09",
                per_fan_max=4,
            ),
            Reward(
                "The ferryman's scarf",
                "Woven in Lin's village, indigo, the same as in the film.",
                260,
                220,
                ships=True,
                month="2027-05",
            ),
            Reward("A day on the boat", "Come aboard while we shoot. Bring rubber boots.", 1_800, 40, month="2027-04"),
        ),
        story="""In a town where the bridge was never finished, everyone crosses by Lin's boat. She knows who owes whom, who is
leaving and who only says so. Then the engineers come back, and with them a plan, a date, and a man who once promised her
father a pillar on the left bank.

## Why now

The last three working ferries of the province stop running next winter. We have the captains' word that we may film on all
three, and their schedules, and one of them will play himself.

## Who we are

*Lanting Pictures* made **The Salt Road** and **Four Winters**. Lin is played by someone you have not seen yet. The river is
played by the river.

- 31 days of shooting, 24 of them on the water
- a crew of fourteen, all of whom can swim
- sound recorded on the boats, never dubbed""",
        risks="High water in March moves the shooting by up to three weeks; the cinema date does not depend on it. If a ferry is "
        "taken out of service early we shoot her scenes first.",
        ends="live",
        days=40,
        launched_days_ago=31,
        promised=85,
        fans=420,
        updates=(
            (3, "Captain Wei says yes", "He wants no make-up and his own jacket. **He can have both.**"),
            (
                12,
                "Half way across",
                "More than half the goal in twelve days. We have reserved the second ferry for March.",
            ),
            (
                24,
                "What Lin sounds like",
                "We recorded the winch of the old ferry at five in the morning, forty minutes of it. You will hear it.",
            ),
        ),
    ),
    Film(
        name="The Last Projectionist",
        studio="Kiln & Harbour",
        tagline="He has shown 11,000 films and seen the end of none.",
        currency="EUR",
        budget=(
            ("Shooting, eleven weeks", 21_000),
            ("Archive rights", 9_500),
            ("Editing and sound", 12_500),
            ("Subtitles in six languages", 3_000),
        ),
        rewards=(
            Reward("Stream it first", "A link on the day of the premiere, in HD, no expiry.", 12),
            Reward(
                "A frame of his",
                "One frame of 35 mm, cut by him, mounted under glass.",
                45,
                300,
                ships=True,
                month="2027-02",
            ),
            Reward(
                "A night in the booth",
                "Sit beside him while he runs a print. Four evenings, five chairs.",
                180,
                20,
                month="2027-01",
            ),
        ),
        story="""Arthur is 78 and has worked the same booth in Hull since 1966. The changeover comes every nineteen minutes, so he has
never seen an ending without working through it. In spring the cinema goes digital. Before that, we want to show him one film
from a seat.

## Which film?

That is what ours is about. He has been making a list for fifty-eight years.""",
        risks="Arthur's health decides the pace. All that we have shot so far is safe and could stand as a shorter film.",
        ends="live",
        days=30,
        launched_days_ago=29,
        promised=118,
        fans=210,
        updates=(
            (5, "The list", "It has 412 titles on it. We counted twice."),
            (20, "Over the goal", "Thank you. All that comes on top pays for a print."),
        ),
    ),
    Film(
        name="Paper Kites of Cádiz",
        studio="Casa Papalote",
        tagline="An animated feature cut from 40,000 sheets of paper.",
        currency="EUR",
        budget=(
            ("Paper, knives, light tables", 14_000),
            ("Eight animators, nine months", 118_000),
            ("Music, live quintet", 16_000),
            ("Reserve", 12_000),
        ),
        rewards=(
            Reward(
                "One sheet",
                "A single sheet that is in the film, numbered by its frame.",
                25,
                2_000,
                ships=True,
                month="2027-11",
            ),
            Reward("A kite", "The pattern and the paper to cut your own.", 40, 500, ships=True, month="2027-06"),
            Reward("Your wind", "Send us a sound of wind from where you live. It will blow in the film.", 75, 80),
        ),
        story="""A boy who is afraid of heights inherits a kite workshop. We cut everything by hand: no rigs, no rendering, only paper,
light and patience. A second of film takes two animators one day.

## Where we are

The first eleven minutes are finished and were shown in Annecy out of competition. The rest is drawn, timed, and waiting to be
cut.""",
        risks="Cutting by hand is slow. If we fall behind we extend, we do not hurry; the date for rewards has two months of air.",
        ends="live",
        days=45,
        launched_days_ago=4,
        promised=22,
        fans=130,
        rule="threshold",
        threshold_bps=8_000,
        updates=((2, "First week, first gust", "Sixty sounds of wind so far. Valparaíso is winning."),),
    ),
    Film(
        name="Nine Minutes to Cuxhaven",
        studio="Nordlicht Film",
        tagline="Two strangers, one delayed train, a bag that belongs to neither.",
        currency="EUR",
        budget=(("A train, six nights", 38_000), ("Cast and crew", 52_000), ("Post-production", 24_000)),
        rewards=(
            Reward("A ticket stub", "Numbered, punched, yours. It is also your name in the credits.", 10),
            Reward("The score on vinyl", "Recorded live in the engine shed.", 35, 400, ships=True, month="2027-08"),
            Reward(
                "Sit in the carriage", "Be a passenger in the background of the long take.", 150, 24, month="2027-03"
            ),
        ),
        story="""One take, one carriage, ninety-one minutes. The train stands between two stations and nobody says why. A woman finds
that the bag above her is not hers; the man opposite says it is not his either, a little too soon.

We have rehearsed it in a school gym for seven weeks. Now we need the train.""",
        risks="The railway can withdraw the branch line at ten days' notice. We have a second line in Jutland as a fallback.",
        ends="live",
        days=35,
        launched_days_ago=12,
        promised=41,
        fans=150,
        updates=((6, "We have a driver", "Frauke has thirty years on this line and wants to be paid in fish rolls."),),
    ),
    Film(
        name="Static",
        studio="Nordlicht Film",
        tagline="A radio station keeps broadcasting long after its licence ends.",
        currency="USD",
        budget=(
            ("Shooting on an island", 60_000),
            ("Boats, food, batteries", 22_000),
            ("Sound, because it is about sound", 40_000),
        ),
        rewards=(
            Reward(
                "QSL card", "A printed card with your name that confirms you heard us.", 15, ships=True, month="2027-12"
            ),
            Reward("Say one sentence", "You read one line of the night programme.", 90, 60),
        ),
        story="""On a lightship off the coast three people run a station that has no right to exist. Every night someone calls in. Every
night it is somebody who should not be able to.

A ghost story without a ghost, told mostly in the dark. Best seen with headphones.""",
        risks="Weather. We have two shooting windows, and the ship is insured.",
        ends="prelaunch",
        days=30,
    ),
    Film(
        name="What the Orchard Keeps",
        studio="Kiln & Harbour",
        tagline="A year with the people who graft trees they will not see bear.",
        currency="EUR",
        budget=(("Four seasons of shooting", 26_000), ("Edit", 9_000), ("Music", 4_000)),
        rewards=(
            Reward("Stream it first", "A link on the day of the premiere.", 12),
            Reward(
                "A scion",
                "A cutting of the old pear, with a page on how to graft it.",
                30,
                150,
                ships=True,
                month="2026-11",
            ),
            Reward(
                "Two seats", "Two seats at any cinema that shows it, on any night.", 36, 110, seats=2, seat_worth=15
            ),
        ),
        story="""In Kent an association of retired people grafts apples and pears that no shop sells any more. The youngest member is
seventy-one. The trees will bear in twelve years. We film one year of it and ask the obvious question only once.""",
        risks="None that patience does not mend.",
        ends="delivering",
        days=30,
        launched_days_ago=64,
        promised=131,
        failing_cards=4,
        fans=170,
        updates=(
            (9, "Blossom", "A week early. We slept in the van."),
            (
                40,
                "Funded, and what now",
                "Shooting goes on until the frost. The cuttings are labelled and sleep in sand.",
            ),
        ),
    ),
    Film(
        name="Salt, Fire, Tuesday",
        studio="Casa Papalote",
        tagline="A short about the three things a baker thinks of at four in the morning.",
        currency="EUR",
        budget=(("Animation", 6_400), ("Sound", 1_600)),
        rewards=(
            Reward("The recipe", "Hand-lettered, with the film.", 14),
            Reward("The oven door", "A linocut of the oven door, signed.", 60, 40, ships=True, month="2027-02"),
        ),
        story="""Six minutes, made in the bakery in which we work, about the man who had it before us. He comes by every morning to
check whether the oven is still in the wall. It is. He goes home. That is the film, and it is funnier than it sounds.""",
        risks="It is short. What could go wrong goes wrong quickly.",
        ends="settling",
        days=28,
        launched_days_ago=30,
        promised=109,
        failing_cards=14,
        fans=90,
    ),
    Film(
        name="Four Winters",
        studio="Lanting Pictures",
        tagline="One village, four winters, a school with seven pupils.",
        currency="CNY",
        budget=(("Editing", 60_000), ("Sound and grading", 45_000), ("Festival copies", 15_000)),
        rewards=(
            Reward("Thank you card", "Drawn by the pupils.", 20, ships=True, month="2026-12"),
            Reward("Private link", "The film, when it is finished.", 60),
        ),
        story="""We shot it already: four winters in a village where the school had seven pupils when we came and has five now. What is
missing is the edit. There are 212 hours, and a teacher who calls every Sunday to ask which of them we have thrown away.""",
        risks="The material exists. The risk is that we love too much of it.",
        ends="funded",
        days=25,
        launched_days_ago=40,
        promised=104,
        failing_cards=2,
        fans=160,
    ),
    Film(
        name="Everything North of Lugo",
        studio="Casa Papalote",
        tagline="A road film for people who never learned to drive.",
        currency="EUR",
        budget=(("Shooting", 48_000), ("A bus", 19_000), ("Post-production", 21_000)),
        rewards=(
            Reward("Postcard from the road", "One a week while we shoot.", 18, ships=True, month="2027-04"),
            Reward("A seat on the bus", "For one stage of the journey.", 220, 12),
        ),
        story="""Two sisters inherit a bus and a route that nobody rides. Neither has a licence. They hire a driver who will not talk
before noon. It is a comedy, in three languages, none of which all three understand.""",
        risks="The bus.",
        ends="failed",
        days=30,
        launched_days_ago=45,
        promised=48,
        fans=90,
    ),
    Film(
        name="Glass Harbour",
        studio="Kiln & Harbour",
        tagline="The diver who cleans the windows of an oil rig tells what swims by.",
        currency="EUR",
        budget=(("Underwater unit", 32_000), ("Insurance", 11_000), ("Edit", 10_000)),
        rewards=(
            Reward("Stream it first", "A link on the day of the premiere.", 12),
            Reward(
                "Bottle of the North Sea", "Sealed and labelled with the depth.", 50, 100, ships=True, month="2027-03"
            ),
        ),
        story="""Nobody looks into the sea from below a rig, except for one man with a squeegee. He has kept a diary for nineteen years,
mostly about fish. The company has seen the diary. That is when it becomes interesting.""",
        risks="The company may change its mind about filming on site.",
        ends="suspended",
        days=40,
        launched_days_ago=15,
        promised=35,
        fans=70,
    ),
    Film(
        name="Second Violin",
        studio="Nordlicht Film",
        tagline="An orchestra goes on strike, except for one chair.",
        currency="EUR",
        budget=(("Orchestra, eleven days", 64_000), ("Cast and crew", 48_000), ("Post-production", 30_000)),
        rewards=(
            Reward("Programme booklet", "Printed, with your name among the patrons.", 20, ships=True, month="2027-10"),
        ),
        story="""On the evening of the premiere the orchestra stops. One second violin goes on playing, alone, because nobody has told
her; by the time somebody does, the hall has decided that it is part of the piece.""",
        risks="Music rights for the slow movement are promised, not signed.",
        ends="submitted",
    ),
    Film(
        name="The Weight of Small Birds",
        studio="Lanting Pictures",
        tagline="A ringer weighs a wren and writes the number down. Forty years of numbers.",
        currency="CNY",
        budget=(("Shooting", 38_000), ("Edit and sound", 27_000)),
        rewards=(
            Reward(
                "A line of the book",
                "A page of the ringing book, copied by hand.",
                45,
                120,
                ships=True,
                month="2027-07",
            ),
        ),
        story="""Since 1986 Mr Huang has caught, weighed and let go some ninety thousand birds on the same ridge. The numbers go down.
He does not say why, he says: write it down. We film him through one autumn migration, from the first net to the last entry.""",
        risks="Birds keep no schedule.",
        ends="changes_requested",
    ),
    Film(
        name="A Shortcut through Winter",
        studio="Nordlicht Film",
        tagline="Eleven kilometres over the ice, if it holds.",
        currency="EUR",
        budget=(("Shooting on the ice", 44_000), ("Safety", 15_000)),
        rewards=(Reward("Stream it first", "A link on the day of the premiere.", 12),),
        story="""Every winter a village marks a road across the frozen bay with spruce branches. Last winter they marked it and nobody
drove. We wanted to film the first car of the season, and will not get to: the bay did not freeze.""",
        risks="There may be no ice.",
        ends="cancelled",
        days=30,
        launched_days_ago=25,
        promised=30,
        fans=50,
    ),
)
