/*
 * Words of everyday life that belong together. A question often names a kind ("Which instruments does
 * she play?") and its answer one of the kind ("the clarinet"), or it says the same in other words.
 * Written from general knowledge of English; nothing in it is taken from a data set.
 */

/** Words of one line say much the same. */
export const SYNONYMS = `
job work career profession occupation employment employer
company business startup firm venture
boss manager supervisor
colleague coworker teammate
kid child children son daughter toddler baby youngster
mom mother mum mama
dad father papa
grandma grandmother granny nana
grandpa grandfather granddad
parent mother father mom dad
sibling brother sister
spouse husband wife partner
partner boyfriend girlfriend fiance husband wife
relative cousin uncle aunt nephew niece
family kids husband wife children parents relatives
friend buddy pal mate
pet dog cat puppy kitten pup
dog puppy pup doggy canine
cat kitten kitty feline
movie film cinema
book novel read author
story tale novel
song track tune
concert gig show performance
picture photo photograph image pic
painting art artwork canvas paint
home house apartment flat place
car vehicle automobile truck
bike bicycle cycling
trip travel vacation journey holiday getaway
visit travel trip went
hike hiking trail trek
camp camping campfire tent
run running jog jogging marathon race
exercise workout gym fitness training
swim swimming pool
doctor physician hospital clinic
sick ill illness disease
injury injured hurt sprain broken fracture
health medical checkup diagnosis
diet eating nutrition healthy
weight pounds lose fat
stress anxiety pressure overwhelmed destress
relax calm unwind peace chill
sad upset depressed grief heartbroken
happy joy glad delighted thrilled
afraid fear scared fearful
angry mad furious frustrated
proud pride
tired exhausted fatigue
lonely alone isolated
support help encouragement
help assist aid volunteer
volunteer charity shelter donate community nonprofit
charity donation fundraiser cause nonprofit
school college university class
university college degree
study studies course class learn
teacher instructor professor tutor coach
student pupil classmate
learn taught lesson class
education degree school college study
graduate graduation graduated
test exam quiz
money cash savings finance
rich wealthy money
poor poverty
buy bought purchase purchased
purchase bought buy got
sell sold sale
expensive cost price
lost lose
win won victory prize award
award prize medal trophy
competition contest tournament championship
game match tournament
team club squad
goal aim objective target
dream aspiration ambition wish
plan planning intend
hope wish want
start began begin started launch open
stop quit end finished
finish complete completed done
quit resign left leave
fired layoff lost
move moved relocate
marry married wedding marriage engaged
wedding married bride ceremony
divorce breakup separated split
date dating relationship
relationship dating single married partner boyfriend girlfriend
single breakup unmarried
pregnant pregnancy expecting baby
birthday celebrate party
party celebration celebrate gathering
celebrate celebration party
death died passed funeral
die died passed death
ill sick
gift present gave
present gift
received got gave given
describe said
belief religion faith church spiritual
religious church faith god
political politics election campaign government
election campaign vote
military army service veteran
police officer
lawyer attorney court
writing write wrote writer blog
write wrote written author journal
author writer wrote
poem poetry poet
speak talk speech spoke
speech talk presentation
meet met meeting
attend went joined
participate joined attended took part
join joined member
activity hobby
hobby hobbies interest pastime activity passion
favorite favourite love best
enjoy love like fun
like love enjoy favorite
love adore enjoy
prefer favorite rather
hate dislike
problem issue trouble challenge difficulty struggle
challenge obstacle difficulty setback struggle hurdle
setback failure rejected problem
accident crash collision
fix repair mend
broken broke damage
build built make create
make made create craft
create made design
cook cooking recipe bake
bake baking cake cookies
meal dinner lunch breakfast
dinner meal supper
eat ate food meal
restaurant cafe diner eatery
drink beverage coffee tea
alcohol beer wine
garden gardening plants flowers
plant flower garden
flower rose bouquet blossom
nature outdoors forest park
outdoor hiking camping nature
ocean sea beach
beach coast shore ocean
mountain peak hill hike
lake river water
weather rain storm snow
storm flood hurricane
country nation
city town
hometown home grew
neighborhood neighbor community
internet online web
phone mobile cellphone
computer laptop pc
app application software
device gadget tech
technology tech gadget software
video youtube channel stream
picture drawing sketch
draw drawing sketch
music song band
instrument guitar piano violin
musician singer band artist
band group music
dance dancing dancer
theater theatre play stage
act acting actor role
game gaming video
toy doll lego
clothes clothing outfit dress
shoes boots sneakers
jewelry necklace ring bracelet
necklace pendant jewelry
collect collection collecting
memory memories remember
childhood kid young growing
young younger childhood
old age
age old years
long years
often frequency times every
color colour red blue
reason because why
motivate motivated inspire inspiration
inspire inspired inspiration motivate
advice tip suggestion recommend
recommend recommendation suggest
suggest suggestion recommend
decide decision chose
choose chose decision
think believe opinion
feel felt feeling
important meaningful special
beautiful gorgeous stunning
scary frightening terrifying
funny hilarious laugh
successful success accomplished
achievement accomplishment milestone success
accomplish achieved milestone
improve better improvement progress
change changed transformation
grow grew growth
symbol symbolize represent meaning stand
represent symbolize stand mean
identity transgender gay gender
gender transgender trans nonbinary
transgender trans transition
lgbtq lgbt pride gay queer transgender
adopt adoption adopted agency
agency organization
event conference parade meeting workshop festival
workshop seminar class course
conference convention summit
festival fair carnival
museum exhibit gallery
exhibit exhibition show gallery
class course lesson workshop
sport soccer basketball tennis football
basketball court hoops nba
soccer football
training practice train
coach trainer mentor
mentor mentorship guide
sponsor endorsement deal
contract signed deal
position role
role position part
salary income pay
shop store boutique
store shop market
customer client
brand label
market marketing advertising
investor investment funding
loan mortgage debt
bank finance loan
blog article post
news article headline
magazine article journal
language spanish french german
foreign abroad overseas
abroad overseas foreign country
passport visa
flight plane airport
train railway station
drive drove driving road
road drive roadtrip
hotel resort stay
apartment rent flat
roommate housemate
furniture couch table chair
kitchen cook
room bedroom
rain storm
sunset sunrise
animal wildlife pet
bird parrot
fish fishing
horse riding pony
turtle tortoise reptile
insect bug
allergy allergic
medicine medication pills treatment
therapy therapist counseling counselor
counseling counselor therapist mental
mental psychological emotional
yoga meditation mindfulness
meditation mindfulness yoga
sleep insomnia rest
rest sleep break
heart cardiac
pain ache hurt
surgery operation
leg knee ankle
recover recovery healing rehab
`;

/** Forms of a verb or noun that stemming does not bring together. */
export const FORMS = `
begin began begun
break broke broken
bring brought
build built
buy bought
catch caught
choose chose chosen
draw drew drawn
drink drank drunk
drive drove driven
eat ate eaten
fall fell fallen
fight fought
fly flew flown
forget forgot forgotten
give gave given
grow grew grown
hold held
lead led
leave left
lose lost
make made
meet met
pay paid
ride rode ridden
rise rose risen
run ran
sell sold
send sent
sing sang sung
sleep slept
speak spoke spoken
spend spent
steal stole stolen
swim swam swum
take took taken
teach taught
tell told
think thought
throw threw thrown
understand understood
wake woke
wear wore worn
win won
write wrote written
see saw seen
hear heard
find found
feel felt
get got gotten
go went gone
come came
become became
keep kept
say said
stick stuck
bite bit bitten
hang hung
sit sat
stand stood
child children
person people
man men
woman women
wife wives
life lives
mouse mice
tooth teeth
foot feet
`;
