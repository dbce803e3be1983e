"""Simple facts: capitals, colours, opposites, animals, calendar, numbers and short explanations."""

from intent import intent


def table(text):
    """Reads `left: right; left: right` into pairs."""
    return [tuple(part.strip() for part in entry.split(":")) for entry in text.replace("\n", " ").split(";") if entry.strip()]


def slots(text, left, right):
    return [{left: a, right: b} for a, b in table(text)]


CAPITALS = """
France: Paris; Germany: Berlin; Italy: Rome; Spain: Madrid; Portugal: Lisbon; England: London; Ireland: Dublin; Scotland: Edinburgh;
Belgium: Brussels; the Netherlands: Amsterdam; Austria: Vienna; Switzerland: Bern; Denmark: Copenhagen; Sweden: Stockholm;
Norway: Oslo; Finland: Helsinki; Iceland: Reykjavik; Poland: Warsaw; Hungary: Budapest; Greece: Athens; Turkey: Ankara;
Russia: Moscow; Ukraine: Kyiv; Romania: Bucharest; Bulgaria: Sofia; Serbia: Belgrade; Croatia: Zagreb; Slovenia: Ljubljana;
Slovakia: Bratislava; Estonia: Tallinn; Latvia: Riga; Lithuania: Vilnius; Albania: Tirana; Malta: Valletta; Cyprus: Nicosia;
Egypt: Cairo; Morocco: Rabat; Tunisia: Tunis; Algeria: Algiers; Kenya: Nairobi; Ethiopia: Addis Ababa; Ghana: Accra;
Nigeria: Abuja; Senegal: Dakar; Uganda: Kampala; Rwanda: Kigali; Japan: Tokyo; China: Beijing; India: New Delhi;
South Korea: Seoul; Thailand: Bangkok; Vietnam: Hanoi; Indonesia: Jakarta; the Philippines: Manila; Nepal: Kathmandu;
Pakistan: Islamabad; Bangladesh: Dhaka; Iran: Tehran; Iraq: Baghdad; Saudi Arabia: Riyadh; Mongolia: Ulaanbaatar;
Australia: Canberra; New Zealand: Wellington; Canada: Ottawa; the United States: Washington; Mexico: Mexico City;
Cuba: Havana; Jamaica: Kingston; Brazil: Brasilia; Argentina: Buenos Aires; Chile: Santiago; Peru: Lima; Colombia: Bogota;
Venezuela: Caracas; Ecuador: Quito; Uruguay: Montevideo; Paraguay: Asuncion; Georgia: Tbilisi; Armenia: Yerevan
"""
CAPITAL_SLOTS = slots(CAPITALS, "country", "city")
CAPITAL_SLOTS += [{"country": other, "city": city} for other, city in
                  [("the UK", "London"), ("the United Kingdom", "London"), ("the USA", "Washington"), ("Great Britain", "London")]]

COLOURS = """
the sky: blue; grass: green; snow: white; a banana: yellow; a lemon: yellow; blood: red; coal: black; milk: white; an orange: orange;
a tomato: red; a carrot: orange; the sun: yellow; chocolate: brown; a frog: green; a strawberry: red; the sea: blue;
a leaf: green; a raven: black; a pig: pink; an elephant: grey; a polar bear: white; a cucumber: green; a cherry: red; salt: white;
a flamingo: pink; gold: yellow; wood: brown; the night: black; a plum: purple; a fire truck: red
"""

OPPOSITES = """
hot: cold; big: small; fast: slow; up: down; left: right; day: night; light: dark; happy: sad; old: young; new: old; good: bad;
rich: poor; open: closed; full: empty; hard: soft; wet: dry; high: low; long: short; loud: quiet; early: late; easy: difficult;
strong: weak; heavy: light; clean: dirty; black: white; yes: no; start: stop; inside: outside; near: far; thick: thin;
win: lose; push: pull; true: false; first: last; love: hate; always: never; north: south; east: west; sweet: sour; warm: cool;
buy: sell; give: take; in: out; on: off; before: after; summer: winter; beautiful: ugly; brave: afraid; deep: shallow; wide: narrow
"""

SOUNDS = """
dog: barks; cat: meows; cow: moos; sheep: bleats; horse: neighs; duck: quacks; lion: roars; wolf: howls; bee: buzzes; owl: hoots;
frog: croaks; snake: hisses; pig: grunts; mouse: squeaks; rooster: crows; donkey: brays
"""

BABIES = """
dog: puppy; cat: kitten; cow: calf; sheep: lamb; horse: foal; duck: duckling; lion: cub; bear: cub; hen: chick; goat: kid;
pig: piglet; frog: tadpole; kangaroo: joey; deer: fawn; swan: cygnet; goose: gosling
"""

LEGS = """
dog: four; cat: four; spider: eight; bird: two; ant: six; bee: six; horse: four; chicken: two; snake: no; fish: no; cow: four;
butterfly: six; human: two; octopus: no; sheep: four; lion: four; duck: two; mouse: four
"""

EXPLANATIONS = """
dog: A dog is an animal with four legs that lives with people. Dogs bark, like to play and are good friends.
cat: A cat is a small animal with soft fur that lives with people. Cats meow, sleep a lot and catch mice.
fox: A fox is a wild animal with red fur and a bushy tail. Foxes are known for being clever.
bird: A bird is an animal with feathers, two legs and two wings. Most birds can fly.
fish: A fish is an animal that lives in water and breathes with gills. Fish swim with their fins.
whale: A whale is a very large animal that lives in the sea. It looks like a fish, but it breathes air.
bee: A bee is a small insect that flies from flower to flower. Bees make honey.
spider: A spider is a small animal with eight legs. Many spiders catch their food in a web.
tree: A tree is a tall plant with a trunk, branches and leaves. Many birds live in trees.
flower: A flower is the colourful part of a plant. Bees visit flowers to find food.
forest: A forest is a large area with many trees. Foxes, deer and owls live there.
river: A river is a long stream of water. Most rivers flow to the sea.
mountain: A mountain is a very high part of the land. High mountains often have snow on the top.
desert: A desert is a very dry place where it almost never rains. Many deserts are full of sand.
island: An island is a piece of land with water all around it.
planet: A planet is a large round body that travels around a star. The Earth is a planet.
star: A star is a huge ball of hot gas that gives light. The sun is a star.
robot: A robot is a machine that can do work by itself. A computer tells it what to do.
computer: A computer is a machine that follows instructions very fast. People use it to write, play and calculate.
keyboard: A keyboard is a board with keys. You use it to type text into a computer.
screen: A screen is the part of a computer that shows pictures and text.
processor: A processor is the part of a computer that carries out its instructions.
network: A network is a group of machines that are connected and talk to each other.
server: A server is a computer that does work for other computers in a network.
file: A file is a piece of data with a name that is kept on a computer.
program: A program is a list of instructions for a computer.
book: A book is a set of pages with text or pictures. People read books to learn or to enjoy a story.
bicycle: A bicycle is a vehicle with two wheels. You move it with your legs.
car: A car is a vehicle with four wheels and a motor. It takes people from place to place.
train: A train is a row of wagons that travels on rails. It carries people and goods.
ship: A ship is a large vehicle that travels on water.
house: A house is a building where people live.
school: A school is a place where children learn.
doctor: A doctor is a person who helps people when they are ill.
teacher: A teacher is a person who helps others to learn.
apple: An apple is a round fruit that grows on trees. It can be red, green or yellow.
banana: A banana is a long yellow fruit. It is soft and sweet.
year: A year is the time that the Earth needs to travel around the sun. It has twelve months.
week: A week is seven days long. It starts on Monday and ends on Sunday.
triangle: A triangle is a shape with three sides.
circle: A circle is a round shape. It has no corners.
"""

MASS_EXPLANATIONS = """
water: Water is a clear liquid that all living things need. It falls from the sky as rain.
ice: Ice is water that has become hard because it is very cold.
snow: Snow is frozen water that falls from the sky in small white flakes.
rain: Rain is water that falls from the clouds in drops.
wind: Wind is air that moves.
music: Music is a pattern of sounds that people make and enjoy.
the sun: The sun is a star. It gives light and warmth to the Earth.
the moon: The moon is a round body that travels around the Earth. It shines at night because the sun lights it.
the Earth: The Earth is the planet on which we live. It travels around the sun once a year.
electricity: Electricity is a form of energy that moves through wires. It makes lamps, computers and many machines work.
the internet: The internet is a network of networks that connects computers all over the world.
bread: Bread is a food that is baked from flour and water.
gravity: Gravity is the force that pulls things down to the ground.
time: Time is what a clock measures. It is counted in seconds, minutes and hours.
"""

DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
MONTHS = "January February March April May June July August September October November December".split()
NUMBER_WORDS = ("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
                "seventeen eighteen nineteen twenty").split()

HOW_MANY = """
days are in a week: There are seven days in a week.
days does a week have: A week has seven days.
months are in a year: There are twelve months in a year.
months does a year have: A year has twelve months.
days are in a year: There are 365 days in a year, and 366 in a leap year.
hours are in a day: There are twenty-four hours in a day.
minutes are in an hour: There are sixty minutes in an hour.
seconds are in a minute: There are sixty seconds in a minute.
weeks are in a year: There are fifty-two weeks in a year.
seasons are in a year: There are four seasons in a year: spring, summer, autumn and winter.
sides does a triangle have: A triangle has three sides.
sides does a square have: A square has four sides of the same length.
corners does a square have: A square has four corners.
letters are in the alphabet: There are twenty-six letters in the English alphabet.
fingers does a hand have: A hand has five fingers.
wheels does a car have: A car has four wheels.
wheels does a bicycle have: A bicycle has two wheels.
planets are there: There are eight planets around the sun.
planets go around the sun: There are eight planets around the sun.
continents are there: There are seven continents on the Earth.
"""

QUIZ = """
What is the {largest|biggest} planet[ in the solar system]? = Jupiter is the largest planet in the solar system.
Which planet is the {largest|biggest}? = Jupiter is the largest planet in the solar system.
What is the {largest|biggest} animal? = The blue whale is the largest animal in the world.
Which animal is the {largest|biggest}? = The blue whale is the largest animal in the world.
What is the fastest animal[ on land]? = The cheetah is the fastest animal on land.
Which animal {runs|is} the fastest? = The cheetah is the fastest animal on land.
What is the tallest animal? = The giraffe is the tallest animal in the world.
What is the highest mountain? = Mount Everest is the highest mountain in the world.
Which mountain is the {highest|tallest}? = Mount Everest is the highest mountain in the world.
What is the largest ocean? = The Pacific is the largest ocean.
Which ocean is the {largest|biggest}? = The Pacific is the largest ocean.
What do bees make? = Bees make honey.
What do cows {eat|like to eat}? = Cows eat grass.
What do {mice|cats} {like|like to eat}? = Cats like fish and milk, and mice like grain and cheese.
Where does the sun rise? = The sun rises in the east and sets in the west.
Where does the sun set? = The sun rises in the east and sets in the west.
What is the {closest|nearest} star? = The closest star is the sun.
Is the sun a star? = Yes, the sun is a star.
Is the moon a {planet|star}? = No, the moon travels around the Earth. It is not a planet and not a star.
Can {penguins|a penguin} fly? = No, penguins cannot fly, but they swim very well.
Can {birds|a bird} fly? = Yes, most birds can fly.
Can {fish|a fish} {swim|breathe under water}? = Yes, fish swim with their fins and breathe under water.
At what temperature does water {boil|cook}? = Water boils at one hundred degrees Celsius.
When does water {boil|cook}? = Water boils at one hundred degrees Celsius.
At what temperature does water freeze? = Water freezes at zero degrees Celsius.
When does water freeze? = Water freezes at zero degrees Celsius.
What is ice made of? = Ice is made of frozen water.
What is bread made of? = Bread is made of flour and water.
What is {cheese|butter} made {of|from}? = Cheese and butter are made from milk.
What is the first month of the year? = January is the first month of the year.
What is the last month of the year? = December is the last month of the year.
What is the first day of the week? = Monday is the first day of the week.
What is the last day of the week? = Sunday is the last day of the week.
Which season is {the coldest|cold}? = Winter is the coldest season.
Which season is {the warmest|the hottest|warm}? = Summer is the warmest season.
What comes after {spring}? = Summer comes after spring.
What comes after {summer}? = Autumn comes after summer.
What comes after {autumn}? = Winter comes after autumn.
What comes after {winter}? = Spring comes after winter.
What is the first letter of the alphabet? = The first letter of the alphabet is A.
What is the last letter of the alphabet? = The last letter of the alphabet is Z.
What {colour|color} do you get when you mix blue and yellow? = Blue and yellow make green.
What {colour|color} do you get when you mix red and yellow? = Red and yellow make orange.
What {colour|color} do you get when you mix red and blue? = Red and blue make purple.
What are the colours of {the rainbow|a rainbow}? = A rainbow is red, orange, yellow, green, blue and violet.
Name {the seasons|all seasons|the four seasons}. = The four seasons are spring, summer, autumn and winter.
Name {the planets|all planets}. = The planets are Mercury, Venus, Earth, Mars, Jupiter, Saturn, Uranus and Neptune.
Name {the days of the week|all days of the week}. = The days of the week are Monday, Tuesday, Wednesday, Thursday, Friday, Saturday and Sunday.
{Name|List} {the months|all months|the months of the year}. = The months are January, February, March, April, May, June, July, August, September, October, November and December.
What are the {days of the week|weekdays}? = The days of the week are Monday, Tuesday, Wednesday, Thursday, Friday, Saturday and Sunday.
What are the {months|months of the year}? = The months are January, February, March, April, May, June, July, August, September, October, November and December.
What are the seasons? = The four seasons are spring, summer, autumn and winter.
{Say|Recite|Tell me} the alphabet. = The alphabet is A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P, Q, R, S, T, U, V, W, X, Y, Z.
Which {continent|part of the world} is {France|Germany|Italy|Spain|Poland} in? = It is in Europe.
Which {continent|part of the world} is {Japan|China|India|Thailand} in? = It is in Asia.
Which {continent|part of the world} is {Egypt|Kenya|Morocco|Ghana} in? = It is in Africa.
"""


def quiz_lines():
    return [tuple(line.split(" = ")) for line in QUIZ.strip().splitlines()]


def explained(text):
    return [tuple(line.split(": ", 1)) for line in text.strip().splitlines()]


def neighbours(names, step):
    """Each name with the one that many places later in the circle."""
    return [{"given": name, "found": names[(place + step) % len(names)]} for place, name in enumerate(names)]


def article(noun):
    return "an" if noun[0] in "aeiou" else "a"


def animal_slots(text, key):
    return [{"animal": animal, "article": article(animal), "Article": article(animal).capitalize(), key: value} for animal, value in table(text)]


def sums():
    return [{"a": a, "b": b, "sum": a + b, "first": NUMBER_WORDS[a], "second": NUMBER_WORDS[b]}
            for a in range(21) for b in range(21) if a + b <= 20]


def differences():
    return [{"a": a, "b": b, "rest": a - b, "first": NUMBER_WORDS[a], "second": NUMBER_WORDS[b]} for a in range(21) for b in range(a + 1)]


def counts(start, end):
    return ", ".join(str(number) for number in range(start, end + 1))


def counting():
    return [{"from": start, "to": end, "counted": counts(start, end)} for start in range(16) for end in range(start + 2, min(start + 13, 31))]


def backwards():
    return [{"from": start, "counted": ", ".join(str(number) for number in range(start, -1, -1))} for start in range(3, 21)]


def larger():
    return [{"a": a, "b": b, "more": max(a, b), "less": min(a, b)} for a in range(31) for b in range(31) if a != b]


INTENTS = [
    intent("capital", """
What is the capital of <country>?
{What's|Whats} the capital of <country>?
What is the capital city of <country>?
Which city is the capital of <country>?
@tell the capital of <country>.
{Name|Give me|Say} the capital of <country>.
The capital of <country>?
Capital of <country>?
{Do you know|What do you know about} the capital of <country>?
What city is <country>'s capital?
Which is the capital of <country>?
<country>, what is its capital?
I forgot the capital of <country>.
The capital of <country> is {which city|what}?
What is the name of the capital of <country>?
What is <country>'s capital[ city]?
Which capital does <country> have?
I need the capital of <country>.
What is the main city of <country>?
Tell me <country>'s capital.
<country> has which capital?
What {would be|is then} the capital of <country>?
~Could you name the capital of <country>?
~Which city is <country>'s capital?
""", "The capital of <country> is <city>.", CAPITAL_SLOTS, "And {of |}<country>?\nWhat about <country>?\nAnd the capital of <country>?\n<country>?\nAnd for <country>?", weight=9),
    intent("country-of", """
Which country has the capital <city>?
<city> is the capital of which country?
What country is <city> the capital of?
Of which country is <city> the capital?
{In which country|Where} is <city>?
Which country is <city> in?
@tell where <city> is.
In what country {is|can I find} <city>?
Which country does <city> belong to?
Where do I find <city>?
What country has <city> as its capital?
<city> is in which country?
Where in the world is <city>?
~To which country does <city> belong?
""", "<city> is the capital of <country>.", slots(CAPITALS, "country", "city"), "And <city>?\nWhat about <city>?\nAnd where is <city>?", weight=4),
    intent("colour", """
What {colour|color} is <thing>?
Which {colour|color} is <thing>?
What is the {colour|color} of <thing>?
What {colour|color} does <thing> have?
@tell the {colour|color} of <thing>.
Which {colour|color} does <thing> have?
{Name|Say|Give me} the {colour|color} of <thing>.
The {colour|color} of <thing>?
Do you know what {colour|color} <thing> is?
What {colour|color} would you paint <thing>?
What {colour|color} has <thing>?
<thing> is {what|which} {colour|color}?
What is the usual {colour|color} of <thing>?
~Can you name the {colour|color} of <thing>?
""", "The colour of <thing> is <colour>.", slots(COLOURS, "thing", "colour"), "And <thing>?\nWhat about <thing>?\nAnd of <thing>?", weight=2.5),
    intent("opposite", """
What is the opposite of <word>?
What's the opposite of <word>?
Which word is the opposite of <word>?
@tell the opposite of <word>.
{Name|Say|Give me} the opposite of <word>.
The opposite of <word>?
Opposite of <word>?
What word means the opposite of <word>?
What is the contrary of <word>?
What is not <word>?
Do you know the opposite of <word>?
What would be the opposite of <word>?
Give me a word that is the opposite of <word>.
~Do you know a word for the opposite of <word>?
""", "The opposite of <word> is <other>.", slots(OPPOSITES, "word", "other"), "And of <word>?\nAnd <word>?\nWhat about <word>?", weight=3),
    intent("sound", """
What sound does <article> <animal> make?
Which sound does <article> <animal> make?
What does <article> <animal> {say|sound like}?
How does <article> <animal> sound?
What {noise|sounds} does <article> <animal> make?
@tell what sound <article> <animal> makes.
What do you hear from <article> <animal>?
What does the <animal> say?
What does <article> <animal> do when it makes a sound?
~What kind of sound does <article> <animal> make?
""", "<Article> <animal> <sound>.", animal_slots(SOUNDS, "sound"), "And <article> <animal>?\nWhat about <article> <animal>?", weight=1.3),
    intent("baby", """
What is a baby <animal> called?
What do you call a {baby|young} <animal>?
What is the name of a {baby|young} <animal>?
What is a young <animal> called?
@tell what a baby <animal> is called.
How do you call a {baby|young} <animal>?
What is the word for a {baby|young} <animal>?
Name a baby <animal>.
The young of <article> <animal> is called what?
What do people call a {baby|young} <animal>?
~What is the right word for a baby <animal>?
""", "A young <animal> is called a <baby>.", animal_slots(BABIES, "baby"), "And a {baby|young} <animal>?\nWhat about <article> <animal>?", weight=1.3),
    intent("legs", """
How many legs does <article> <animal> have?
How many legs has <article> <animal>?
What is the number of legs of <article> <animal>?
@tell how many legs <article> <animal> has.
How many feet does <article> <animal> have?
On how many legs does <article> <animal> {walk|stand}?
How many legs do you count on <article> <animal>?
The number of legs of <article> <animal>?
Does <article> <animal> have {two|four|six|eight} legs?
Has <article> <animal> legs?
~Tell me the number of legs <article> <animal> has.
""", "<Article> <animal> has <legs> legs.", animal_slots(LEGS, "legs"), "And <article> <animal>?\nWhat about <article> <animal>?", weight=1.5),
    intent("after", """
{What|Which} {day|month} {comes|is} after <given>?
What comes after <given>?
Which {day|month} follows <given>?
What follows <given>?
What is the {day|month} after <given>?
What is the next {day|month} after <given>?
@tell what comes after <given>.
After <given> comes what?
If it is <given>, what comes next?
What is next after <given>?
Which {day|month} do we have after <given>?
What {day|month} will it be after <given>?
~Tell me {the day|the month} that comes after <given>.
""", "After <given> comes <found>.", neighbours(DAYS, 1) + neighbours(MONTHS, 1), "And after <given>?\nWhat about <given>?", weight=2),
    intent("before", """
{What|Which} {day|month} {comes|is} before <given>?
What comes before <given>?
What is the {day|month} before <given>?
@tell what comes before <given>.
Before <given> comes what?
What is right before <given>?
What was before <given>?
Which {day|month} is just before <given>?
Which {day|month} do we have before <given>?
What {day|month} comes right before <given>?
What is the previous {day|month} before <given>?
~Tell me {the day|the month} that comes before <given>.
""", "Before <given> comes <found>.", neighbours(DAYS, -1) + neighbours(MONTHS, -1), "And before <given>?\nWhat about <given>?", weight=1.6),
    intent("sum", """
What is <a> plus <b>?
What is <a> {+|and} <b>?
<a> + <b>
<a>+<b>
What is <a>+<b>?
<a> + <b> =
How much is <a> {plus|and|+} <b>?
What is <first> plus <second>?
{Add|Please add} <a> and <b>.
{Calculate|Compute|Solve} <a> {plus|+} <b>.
<a> plus <b>?
What is the sum of <a> and <b>?
@tell what <a> {plus|+} <b> is.
How much is <first> plus <second>?
I have <a> apples and get <b> more, how many do I have?
What do you get when you add <a> and <b>?
If I add <b> to <a>, what do I get?
<first> plus <second>?
What does <a> plus <b> make?
<a> and <b> {make|makes|is|are} what?
What is the result of <a> {+|plus} <b>?
{Tell me|Say|Give me} <a> plus <b>.
<first> and <second>?
~Can you add <a> and <b>?
~What number is <a> plus <b>?
""", "<a> plus <b> is <sum>.", sums(), "And <a> plus <b>?\nAnd <a> + <b>?\nWhat about <a> plus <b>?\n<a> + <b>?", weight=7),
    intent("difference", """
What is <a> minus <b>?
What is <a> - <b>?
<a> - <b>
<a>-<b>
How much is <a> {minus|-} <b>?
What is <first> minus <second>?
{Calculate|Compute|Solve} <a> {minus|-} <b>.
<a> minus <b>?
Take <b> away from <a>.
@tell what <a> {minus|-} <b> is.
{Subtract|Please subtract} <b> from <a>.
I have <a> apples and eat <b>, how many are left?
How much is left when I take <b> from <a>?
What is <b> less than <a>?
What is the result of <a> {-|minus} <b>?
What is the difference between <a> and <b>?
<first> minus <second>?
~What number is <a> minus <b>?
""", "<a> minus <b> is <rest>.", differences(), "And <a> minus <b>?\nAnd <a> - <b>?\nWhat about <a> minus <b>?", weight=5),
    intent("count", """
Count from <from> to <to>.
Count from <from> {up to|until|till} <to>.
{Can|Could} you count from <from> to <to>?
Please count from <from> to <to>.
Say the numbers from <from> to <to>.
{List|Write|Give me|Show me|Name} {the|all} numbers from <from> to <to>.
Count up from <from> to <to>.
Numbers from <from> to <to>.
Start at <from> and count to <to>.
{Tell me|I need} the numbers <from> to <to>.
What are the numbers between <from> and <to>?
Count <from> to <to>.
I want you to count from <from> to <to>.
Give me every number from <from> to <to>.
~Would you count from <from> to <to>?
""", "<counted>.", counting(), "Now from <from> to <to>.\nAnd from <from> to <to>?", weight=4),
    intent("count-to", """
Count to <to>.
{Can|Could} you count to <to>?
Please count to <to>.
Count {up to|until|till} <to>.
{List|Write|Say|Show me} the first <to> numbers.
Can you count up to <to>?
I want you to count to <to>.
How do you count to <to>?
Count from one to <to>.
~Count all the way to <to>.
""", "<counted>.", [{"to": end, "counted": counts(1, end)} for end in range(2, 31)], "Now to <to>.\nAnd to <to>?", weight=1.5),
    intent("count-back", """
Count backwards from <from>.
Count {down|back} from <from>.
Count from <from> {down|backwards} to {0|zero}.
{Can|Could} you count {backwards|down} from <from>?
Start a countdown {from|at} <from>.
Countdown from <from>.
Count down from <from> to {0|zero}.
Count backwards starting {at|from|with} <from>.
~Can you count down starting at <from>?
""", "<counted>.", backwards(), "Now from <from>.", weight=1.2),
    intent("larger", """
Which number is {larger|bigger}, <a> or <b>?
What is {more|larger|bigger|greater}, <a> or <b>?
Is <a> or <b> the {larger|bigger} number?
Which is {larger|bigger|greater|more}: <a> or <b>?
What is the {larger|bigger} number of <a> and <b>?
Which one is {larger|bigger}, <a> or <b>?
@tell which is {larger|bigger}, <a> or <b>.
Compare <a> and <b>.
Which of <a> and <b> is {larger|bigger|more}?
~Tell me which number is larger: <a> or <b>.
""", "<more> is larger than <less>.", larger(), "And <a> or <b>?", weight=2),
    intent("next-number", """
{What|Which} number comes after <a>?
What is the number after <a>?
What comes after <a>?
What is the next number after <a>?
{What|Which} number follows <a>?
What is one more than <a>?
@tell which number comes after <a>.
Which number is next after <a>?
What is <a> plus one?
~Say the number that comes after <a>.
""", "After <a> comes <b>.", [{"a": a, "b": a + 1} for a in range(41)], "And after <a>?", weight=1.3),
    intent("explain", """
What is <article> <noun>?
What's <article> <noun>?
@tell what <article> <noun> is.
{Explain|Describe} <article> <noun>[ to me].
What do you know about <article> <noun>?
Tell me {about|something about} <article> <noun>.
What does the word <noun> mean?
What does <noun> mean?
Do you know what <article> <noun> is?
Define <noun>.
What kind of thing is <article> <noun>?
Can you explain what <article> <noun> is?
Explain to me what <article> <noun> is.
What is meant by <article> <noun>?
In a few words, what is <article> <noun>?
I want to know what <article> <noun> is.
~Tell me in one sentence what <article> <noun> is.
""", "<text>", [{"noun": noun, "article": article(noun), "text": text} for noun, text in explained(EXPLANATIONS)], "And <article> <noun>?\nAnd what is <article> <noun>?", weight=4.5),
    intent("explain-mass", """
What is <noun>?
What's <noun>?
@tell what <noun> is.
{Explain|Describe} <noun>[ to me].
What do you know about <noun>?
Tell me {about|something about} <noun>.
Do you know what <noun> is?
Can you explain what <noun> is?
What does <noun> mean?
What is meant by <noun>?
In a few words, what is <noun>?
I want to know what <noun> is.
~Tell me in one sentence what <noun> is.
""", "<text>", [{"noun": noun, "text": text} for noun, text in explained(MASS_EXPLANATIONS)], "And <noun>?\nAnd what is <noun>?", weight=1.8),
    intent("how-many", """
How many <thing>?
Do you know how many <thing>?
Can you tell me how many <thing>?
Tell me how many <thing>.
I wonder how many <thing>.
So how many <thing>?
Please tell me how many <thing>.
I want to know how many <thing>.
~I would like to know how many <thing>.
""", "<text>", [{"thing": thing, "text": text} for thing, text in explained(HOW_MANY)], "And how many <thing>?", weight=2.5),
    intent("quiz", """
<question>
I have a question: <question>
Here is a question for you. <question>
Quick question: <question>
Do you know this? <question>
Please tell me: <question>
~I want to ask you something. <question>
""", "<text>", [{"question": question, "text": text} for question, text in quiz_lines()], weight=4.5),
]
