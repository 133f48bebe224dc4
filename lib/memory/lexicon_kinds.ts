/*
 * Kinds of things and what is of each kind; see lexicon_words.ts for why and whence. A word before the
 * colon stands for those after it, not the other way round.
 */

export const KINDS = `
live reside: moved relocated home
born: birthday birth
old: age turned
activity hobby pastime interest fun leisure: hiking camping swimming painting pottery dancing reading cooking baking running gardening fishing yoga photography gaming chess climbing cycling skiing surfing knitting singing museum picnic kayaking skating crafts volunteering bowling puzzles
outdoor nature: hiking camping fishing kayaking park forest beach lake mountain trail garden picnic skiing biking
sport athletic game: soccer football basketball tennis baseball golf hockey volleyball swimming running boxing karate skiing snowboarding surfing skating cycling rugby cricket
exercise workout fitness: yoga running gym weights weightlifting swimming cycling pilates boxing hiking jogging cardio strength stretching walking
martial art: karate judo taekwondo boxing kickboxing
food dish meal cuisine cook recipe eat dinner lunch: pizza pasta soup salad chicken sushi steak curry bread rice burger tacos sandwich fish vegetables roasted grilled noodles beef salmon lasagna
snack sweet dessert treat: cake cookies ice cream chocolate candy pie popcorn soda chips brownies donuts pastries muffins
drink beverage: coffee tea beer wine soda juice water smoothie cocktail milk
fruit: apple banana orange strawberry berry mango grape peach
vegetable: carrot broccoli spinach tomato lettuce kale pepper
pet animal: dog cat puppy kitten parrot turtle hamster rabbit fish guinea pig horse snake bird lizard
instrument musical: guitar piano violin drums clarinet flute saxophone cello trumpet bass ukulele
music genre: rock jazz classical pop rap country metal blues folk hip hop electronic
musician artist band singer: concert album song band tour singer
book author read novel: series fantasy novel mystery fiction memoir biography author trilogy
movie film show watch: comedy thriller drama horror series scifi trilogy director actor
game console videogame: nintendo xbox playstation chess monopoly cards pc rpg
art craft creative: painting pottery drawing sculpture sketch photography clay watercolor knitting canvas
place location destination visit travel: beach city park museum lake mountains castle island country paris london
country nation abroad: canada england france italy spain japan germany ireland mexico brazil sweden india china greece australia uk thailand turkey
city town place: paris london york chicago seattle boston tokyo barcelona rome toronto miami vancouver
state region: california florida texas washington oregon colorado arizona michigan minnesota york carolina
vehicle car transport: truck prius ford toyota bike motorcycle suv van bus tesla
event gathering participate attend: parade conference festival concert workshop wedding party fundraiser meeting exhibition fair tournament
community charity volunteer help: shelter donate fundraiser volunteered homeless food drive soup kitchen
holiday celebration: christmas thanksgiving easter halloween birthday anniversary
job career profession occupation work: teacher nurse engineer doctor lawyer manager chef artist writer counselor designer programmer developer coach barista accountant intern
study subject degree field major education: psychology engineering literature math science art history biology counseling business computer medicine law
health illness condition issue problem: doctor diagnosed hospital asthma diabetes gastritis heart allergy pain injury surgery blood pressure migraine
injury accident: ankle knee leg arm broken sprained twisted hurt crash
symptom: pain fever headache cough
family relative: mother father brother sister son daughter husband wife cousin grandma grandpa aunt uncle nephew niece
member relative: mother father brother sister son daughter husband wife cousin grandma grandpa
friend people: buddy friend colleague teammate neighbor
gift present item object thing possession: necklace ring book watch painting figurine toy jewelry shoes keyboard guitar
bought purchase item buy: shoes car book figurines keyboard laptop console necklace dress clothes
clothes wear outfit: dress shirt shoes jacket jersey hat jeans
color: red blue green yellow purple black white pink orange
emotion feeling: happy sad proud nervous excited grateful scared anxious relieved
personality trait character attribute: kind caring thoughtful brave honest creative determined passionate patient authentic
stress relax destress cope: yoga meditation running walking music reading therapy painting pottery nature
hope future plan goal: dream someday want plan hoping aiming
problem setback challenge: lost rejected broke failed struggled stuck tough injury crash
religion belief: church god prayer faith spiritual
political belief: liberal conservative campaign rights election vote
money financial: savings rich loan budget debt bills
status class financial: rich poor broke afford money
device technology gadget: phone laptop computer watch camera tablet drone console
weather disaster: storm flood rain snow hurricane fire
tree plant flower: roses sunflowers tulips oak lilies garden succulents
relationship status: single married dating breakup partner wife husband divorced girlfriend boyfriend
symbol: necklace flag ring tattoo
competition contest: won tournament trophy medal place prize
business shop store: opened launch customers studio website marketing investors
language: spanish french german italian japanese english
transport: car bus train plane bike
shape habit lifestyle diet: healthy walking eating gym salads quit sugar
home decoration furniture: couch lamp rug table plants paintings candles
month season: january february summer winter
role model inspiration: mentor coach teacher father mother
superhero character: spider batman superman harry
class course lesson: pottery painting yoga cooking dance programming
national park landmark: yellowstone yosemite rockies canyon falls
bird animal wildlife: eagle parrot owl hawk
`;
