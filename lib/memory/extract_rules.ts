import { aboutRelation, PETS, RELATION, relationOf, tagsFor } from "./extract_people.ts";
import {
  clean,
  fact,
  isName,
  NATIONALITY,
  NOT_A_NAME,
  NOTHING,
  type Taken,
} from "./extract_taken.ts";

/** A pattern at the beginning of a clause and what it means. */
export interface ExtractRule {
  pattern: RegExp;
  take(match: RegExpExecArray): Taken | null;
}

const NAME = "((?:(?:Dr|Prof)\\.? )?[A-Z][\\p{L}'’-]+(?: [A-Z][\\p{L}'’-]+){0,2})";
/** A value ends at a comma, a new thought or the end of the clause. */
const VALUE = "(.+?)(?=,| because | since I | but | so that | which | when I |$)";
const PROFESSION =
  /(?:\b(?:teacher|nurse|doctor|engineer|developer|programmer|designer|lawyer|student|baker|cook|chef|artist|writer|journalist|musician|carpenter|plumber|electrician|mechanic|farmer|pilot|driver|architect|accountant|scientist|biologist|chemist|physicist|researcher|professor|librarian|photographer|translator|consultant|manager|director|founder|owner|freelancer|contractor|clerk|cashier|waiter|waitress|barista|barber|hairdresser|gardener|firefighter|police officer|soldier|paramedic|pharmacist|dentist|vet|veterinarian|psychologist|therapist|social worker|analyst|administrator|assistant|secretary|sales\w*|marketer|economist|statistician|mathematician|historian|philosopher|geologist|editor|actor|actress|dancer|singer|composer|coach|trainer|tutor|retiree|pensioner|entrepreneur|builder|painter|tailor|butcher|fisherman|sailor|postman|tester|technician|surgeon|midwife|carer|caregiver|homemaker|apprentice|intern|postdoc|lecturer|judge|priest|pastor|guide|receptionist)s?|\w{3,}(?:ologist|ician|ographer))\b/i;
const WISH =
  "(?:learn|become|run|read|write|travel|visit|start|quit|stop|move|buy|lose|save|finish|build|get better|get fit|improve|climb|study|open|retire|publish|master|speak|play|launch|found|complete|pass|cycle|swim|hike|see the|sell|renovate|plant|adopt|graduate|switch|apply|train|eat less|eat more|sleep|drink less|exercise|meditate|cook|be an?)";

function rule(source: string, take: ExtractRule["take"]): ExtractRule {
  return { pattern: new RegExp(`^${source}`, "iu"), take };
}

/** Rules in the order they are tried; the first that takes something wins (MEM-29). */
export const EXTRACT_RULES: readonly ExtractRule[] = [
  // Name
  rule(
    "my (?:full |first |last |real )?name(?:'s| is) (?:actually |now )?(.{2,60}?)(?=,| but | and |$)",
    ([, name]) => isName(name!) ? fact("name", ["name"])(name) : null,
  ),
  rule(
    "(?:you can |please |everyone |everybody |people |friends |just )?calls? me (\\p{L}[\\p{L}'’-]+(?: [A-Z][\\p{L}'’-]+)?)$",
    ([, name]) =>
      NOT_A_NAME.test(name!) ||
        /^(?:later|back|when|if|tomorrow|today|maybe|crazy|old)$/i.test(name!)
        ? null
        : fact("preferred name", ["name"])(name, { says: `I want to be called ${name}` }),
  ),
  rule(
    `(?:I'd rather|I would rather|I prefer to|I like to|I want to) be called ${NAME}$`,
    ([, name]) => isName(name!) ? fact("preferred name", ["name"])(name) : null,
  ),
  rule(
    `(?:I go by|I'm called|I am called) ${NAME}`,
    ([, name]) => isName(name!) ? fact("preferred name", ["name"])(name) : null,
  ),
  rule(
    "I(?:'m| am) ([A-Z][\\p{L}'’-]+(?: [A-Z][\\p{L}'’-]+)?)$",
    ([, name]) =>
      isName(name!) && !NATIONALITY.test(name!) && !PROFESSION.test(name!)
        ? fact("name", ["name"])(name)
        : null,
  ),

  // Corrections and ends
  rule(
    "(?:I|we) (?:no longer|don't|do not|doesn't) (live in|work (?:at|for|as)|study(?: at)?|use|drive|play|eat|drink|smoke|like|love|own|have|speak|go to) (.+?)(?: any ?more)?$",
    ([whole, verb, value]) => /no longer|any ?more/i.test(whole) ? ended(verb!, value!) : null,
  ),
  rule(
    "(?:I|we)(?:'m| am|'re| are) (?:no longer|not) (?:an? )?(.+?)(?: any ?more)?$",
    ([whole, value]) =>
      /no longer|any ?more/i.test(whole) && !NOTHING.test(value!)
        ? {
          type: "fact",
          subject: "user",
          attribute: "state",
          value: null,
          replaces: clean(value) ?? undefined,
          op: "correct",
          tags: [],
        }
        : null,
  ),
  rule(
    "(?:I|we) (?:quit|left|stopped) (?:my job at|working (?:at|for)|my job as|smoking|drinking|playing|using|eating|studying) ?(.*)$",
    ([whole, value]) => ({
      type: "event",
      subject: "user",
      attribute: /job|working/i.test(whole) ? "work" : "habit",
      value: null,
      replaces: clean(value) ?? undefined,
      op: "correct",
      tags: [/job|working/i.test(whole) ? "work" : "habit"],
    }),
  ),
  rule(
    "(?:I|we) used to live in (.+?)(?=,| but |$)",
    ([, value]) => fact("former home city", ["home"])(value),
  ),
  rule(
    "(?:I|we) used to work (?:at|for|as) (.+?)(?=,| but |$)",
    ([, value]) => fact("former work", ["work"])(value),
  ),
  rule(
    "(?:I|we) used to (play|study|teach|own|have|be) (.+?)(?=,| but |$)",
    ([, verb, value]) => fact(`former ${verb!.toLowerCase()}`, ["past"])(value),
  ),

  // Birthday and age
  rule(
    `my birthday(?:'s| is)(?: on)? (.+)$`,
    ([, value]) =>
      /\d|january|february|march|april|may|june|july|august|september|october|november|december|tomorrow|today|yesterday/i
          .test(value!)
        ? fact("birthday", ["birthday"])(value, {})
        : null,
  ),
  rule(
    `(?:I was|I'm|I am) born (?:on|in) ((?:the )?\\d.*|(?:january|february|march|april|may|june|july|august|september|october|november|december)\\b.*)$`,
    ([, value]) =>
      fact(/\b\d{1,2}\b(?!\d)/.test(value!) ? "birthday" : "year of birth", ["birthday"])(value),
  ),
  rule(
    "I was born (?:and raised )?in ([A-Z].*)$",
    ([, value]) => isName(value!) ? fact("place of birth", ["home"])(value) : null,
  ),
  rule(
    "(?:I'm|I am|I just turned|I turned) (\\d{1,3})(?: years old| years of age)?(?: (?:today|yesterday|last week|now))?$",
    ([, age]) => Number(age) >= 5 && Number(age) <= 120 ? fact("age", ["birthday"])(age) : null,
  ),
  rule(
    `(?:my|our) (${RELATION})['’]s birthday(?: is|'s)(?: on)? (.+)$`,
    ([, relation, value]) =>
      fact("birthday", ["birthday", ...tagsFor(relation!)], relationOf(relation!))(value),
  ),

  // Home
  rule(
    "(?:I|we)(?:'ve| have)? ?(?:just |recently |finally )?(?:now |currently )?(?:been )?(?:live|lives|lived|living|reside) (?:in|near|outside) (.+?)(?=,? (?:with|since|for|because|and|but|where|which)\\b|$)",
    ([, place]) => home(place!),
  ),
  rule(
    "(?:I|we)(?:'m| am|'re| are)(?: now| currently)? (?:living|based|residing|staying) in (.+?)(?=,? (?:with|since|for|because|and|but|where|until)\\b|$)",
    ([, place]) => home(place!),
  ),
  rule(
    "(?:I|we)(?:'ve| have)? ?(?:just |recently |finally )?(?:moved|relocated) (?:from (.+?) )?(?:back )?to (.+?)(?=,? (?:with|since|for|because|and|but|where|last|in|two|three|a)\\b|$)",
    ([, before, place]) => home(place!, { op: "correct", ...(before ? { replaces: before } : {}) }),
  ),
  rule(
    "(?:I'm|I am|we're|we are) (?:originally )?from (.+?)(?=,? (?:and|but|originally)\\b|$)",
    ([, place]) => isName(clean(place) ?? "") ? fact("origin", ["home"])(place) : null,
  ),
  rule(
    "I grew up in (.+?)(?=,? (?:and|but|with)\\b|$)",
    ([, place]) => fact("place of childhood", ["home"])(place),
  ),
  rule("my (?:home ?town|home city|home) is (.+)$", ([, place]) => home(place!)),

  // Health and diet
  rule(
    "(?:I'm|I am|we're|we are) (?:very |severely |slightly |also )?(?:allergic|intolerant) to (.+)$",
    ([, value]) => fact("allergy", ["health"])(value),
  ),
  rule(
    "I have (?:an? )?(?:(?:severe|mild|bad|slight) )?(.+?) allergy$",
    ([, value]) => fact("allergy", ["health"])(value),
  ),
  rule(
    "(?:I'm|I am|we're|we are) (?:an? )?((?:strict )?(?:vegan|vegetarian|pescatarian|lactose[- ]intolerant|gluten[- ]intolerant|diabetic|asthmatic|colou?r[- ]blind|left[- ]handed|dyslexic|deaf|epileptic|c[oe]eliac|pregnant))$",
    ([, value]) =>
      fact(/vegan|vegetarian|pescatarian/i.test(value!) ? "diet" : "condition", ["health"])(value),
  ),
  rule(
    "(?:I|we) (?:don't|do not|never|can't|cannot) (?:eat|drink) (.+?)(?= because|,| any ?more|$)",
    ([, value]) => fact("diet: avoids", ["food"])(value, { type: "preference" }),
  ),
  rule(
    "I (?:have|suffer from|was diagnosed with|am being treated for) (?:an? )?((?:type [12] )?(?:diabetes|asthma|migraines?|adhd|autism|depression|anxiety|arthritis|epilepsy|cancer|high blood pressure|celiac disease|insomnia|back pain|hay fever|tinnitus|crohn's|multiple sclerosis|hypothyroidism))\\b.*$",
    ([, value]) => fact("condition", ["health"])(value),
  ),

  rule(
    "I wear ((?:reading )?glasses|contact lenses|contacts|(?:an? )?hearing aids?)\\b.*$",
    ([, value]) => fact("condition", ["health"])(value),
  ),
  rule(
    "(?:I'm|I am) (?:an? )?((?:practising |devout )?(?:jewish|jew|muslim|christian|catholic|protestant|hindu|buddhist|sikh|atheist|agnostic|quaker|mormon))$",
    ([, value]) => fact("belief", ["belief"])(value),
  ),

  // Work
  rule(
    "(?:I|we)(?:'ve| have)? ?(?:now |currently |also |just |recently )?(?:work|worked|working|started working|begun working|started) (?:part[- ]time |full[- ]time |remotely )?(?:at|for) (?!home\\b|it\\b|that\\b|this\\b|me\\b|night\\b|it\\b|hours\\b|a living\\b|a while\\b|you\\b)(.+?)(?=,? (?:as|since|and|but|where|in the|because|for)\\b|$)",
    ([, place]) =>
      /^(?:the|a|an|my) (?:moment|project|problem|plan|solution)\b/i.test(place!)
        ? null
        : fact("employer", ["work"])(place, { ...(clean(place) ? {} : {}) }),
  ),
  rule(
    "(?:I'm|I am)(?: now| currently)? (?:working|employed) (?:at|for) (?!home\\b|it\\b|that\\b|this\\b)(.+?)(?=,? (?:as|since|and|but|where)\\b|$)",
    ([, place]) => fact("employer", ["work"])(place),
  ),
  rule(
    "I(?:'m| am)?(?: now| currently)? ?(?:work|working|employed)(?: now)? as (?:an? |the )?(.+?)(?=,? (?:at|for|in|and|but|since)\\b|$)",
    ([, job]) => fact("occupation", ["work"])(job),
  ),
  rule(
    "(?:I'm|I am|I've been|I have been|I became|I'm now|I am now) (?:now |currently |also |training to be |training as )?(?:an? |the )((?:[\\p{L}-]+ ){0,4}?[\\p{L}-]+)(?: (?:at|for|in|by|from|with|since) .+)?$",
    ([whole, job]) =>
      PROFESSION.test(job!) &&
        !/\b(?:fan|lover|member|bit|little|big|huge|person|user|good|bad|terrible|great)\b/i.test(
          job!,
        )
        ? fact(/\bstudent\b/i.test(whole) ? "studies" : "occupation", [
          /\bstudent\b/i.test(whole) ? "study" : "work",
        ])(job)
        : null,
  ),
  rule(
    "my (?:job|work|profession|occupation|day job)(?: title)? is (?:being )?(?:an? )?(.+)$",
    ([, job]) =>
      PROFESSION.test(job!) || /ing\b/.test(job!) || /^\p{L}+$/u.test(job!)
        ? (/\b(?:hard|easy|boring|stressful|great|fine|killing|driving)\b/i.test(job!)
          ? null
          : fact("occupation", ["work"])(job))
        : null,
  ),
  rule(
    "(?:I|we) (?:run|own|founded|manage|lead) (?:an? |the |my own )(.+?)(?=,? (?:and|but|where|with)\\b|$)",
    ([whole, value]) =>
      /\b(?:business|shop|bakery|company|studio|farm|caf[eé]|restaurant|bookshop|bookstore|startup|team|agency|practice|clinic|blog|podcast|hotel|school|workshop|store|bar|garage|house|flat|boat|car|bike|bicycle|motorcycle|piano|guitar)\b/i
          .test(value!)
        ? fact(/^(?:I|we) own/i.test(whole) ? "owns" : "business", ["work"])(value)
        : null,
  ),

  // Study
  rule(
    "(?:I|we)(?:'m| am|'re| are)? ?(?:now |currently )?(?:study|studying|major in|majoring in) (.+?)(?=,? (?:and|but|because|since)\\b|$)",
    ([, subject]) =>
      /^(?:for|hard|a lot|every|at night|late)\b/i.test(subject!)
        ? null
        : fact("studies", ["study"])(subject),
  ),
  rule(
    "I(?:'m| am) (?:doing|writing|working on|finishing) (?:an? |my )((?:phd|ph\\.d\\.|master'?s?|bachelor'?s?|thesis|dissertation|apprenticeship|degree)\\b.*)$",
    ([, value]) => fact("studies", ["study"])(value),
  ),
  rule(
    "I (?:go to|attend|graduated from|studied at|was educated at) (.+?)(?=,? (?:and|but|in)\\b|$)",
    ([, place]) =>
      /\b(?:university|college|school|academy|institute|eth|mit|uni)\b/i.test(place!)
        ? fact("school", ["study"])(place)
        : null,
  ),

  rule(
    "(?:I|we) studied ((?!for\\b|hard\\b|a lot\\b|all\\b)\\p{Ll}[\\p{L} -]{2,40}?(?: (?:at|in) \\p{Lu}.{2,40}?)?)(?=,? (?:and|but|because|until|from)\\b|$)",
    ([, value]) => fact("education", ["study"])(value),
  ),
  rule(
    "I(?:'m| am) in (?:my|the) ((?:first|second|third|fourth|fifth|sixth|final|last) year (?:of|at) .+)$",
    ([, value]) => fact("studies", ["study"])(value),
  ),

  // Languages
  rule(
    "(?:I|we) (?:also |can )?(?:speak|understand) (?:fluent |some |a little |a bit of |good |basic )?((?:\\p{Lu}\\p{L}+)(?:(?:, | and |, and )\\p{Lu}\\p{L}+)*)(?: .*)?$",
    ([, value]) => LANGUAGES.test(value!) ? fact("languages", ["language"])(value) : null,
  ),
  rule(
    "(?:I'm|I am|I've been|I have been|I started)(?: also| currently| now)? learning (.+?)(?=,? (?:and|but|because|since|for)\\b|$)",
    ([, value]) =>
      /^(?:a lot|so much|how|that|more|new things)\b/i.test(value!)
        ? null
        : fact("is learning", LANGUAGES.test(value!) ? ["language", "study"] : ["study"])(value),
  ),
  rule(
    "my (?:native|first|mother) (?:language|tongue) is (.+)$",
    ([, value]) => fact("native language", ["language"])(value),
  ),

  // Family, friends, pets
  rule(
    `(?:my|our) (${RELATION})(?:['’]s name is|,? (?:is|are) (?:called|named)) (.+)$`,
    ([, relation, name]) =>
      isName(name!) ? fact("name", tagsFor(relation!), relationOf(relation!))(name) : null,
  ),
  rule(
    `(?:my|our) (${RELATION}) is ${NAME}$`,
    ([, relation, name]) =>
      isName(name!) && !NATIONALITY.test(name!)
        ? fact("name", tagsFor(relation!), relationOf(relation!))(name)
        : null,
  ),
  rule(
    `(?:I|we)(?:'ve| have)(?: got)? (?:(?:an?|one|two|three|four|five|six|\\d+|many|several) )?((?:\\p{L}+ ){0,2}?(?:${RELATION}|siblings|sisters|brothers|sons|daughters|dogs|cats|horses|rabbits|cousins|grandchildren|guinea pigs|chickens|bees))(?:(?:,? (?:called|named)|[,:]) (.+))?$`,
    ([whole, what, name]) =>
      /\b(?:question|problem|idea|friend coming|doctor's|team meeting|new boss)\b/i.test(whole)
        ? null
        : {
          type: "fact",
          subject: "user",
          attribute: PETS.test(what!) || /dogs|cats|horses|rabbits|pigs|chickens|bees/i.test(what!)
            ? "pets"
            : "family",
          value: clean(
            name ? `${what} ${name}` : whole.replace(/^.*?\b(?:have|'ve)(?: got)? /i, ""),
          ),
          tags: [
            PETS.test(what!) || /dogs|cats|horses|rabbits|pigs|chickens|bees/i.test(what!)
              ? "pet"
              : "family",
          ],
        },
  ),
  rule(
    "(?:I'm|I am|I got|I've been|I have been) (?:happily |newly )?(married|divorced|engaged|single|widowed|separated)\\b(?: to (.+))?.*$",
    ([, state, who]) => fact("marital status", ["family"])(who ? `${state} to ${who}` : state),
  ),
  rule(
    `(?:my|our) (${RELATION})(?:,? ([A-Z][\\p{L}'’-]+),?)? ((?:just |recently |now |also |still |currently )?(?:lives|lived|works|worked|studies|studied|moved|likes|loves|hates|plays|speaks|teaches|runs|owns|was born|turned|turns|visited|married|lost|broke|bought|joined|left|has|had|got|is|are|was|died|passed away|goes to|comes from|wants to|plans to|collects|drives|prefers|started|graduated|retired|sings|paints|writes|cooks|can't|doesn't|does not|live|work|study|like|love|have)\\b.*)$`,
    ([, relation, name, said]) => aboutRelation({ relation: relation!, name, said: said! }),
  ),

  rule(
    "(?:I|we) (?:just |recently |finally )?(?:got|adopted|bought|rescued) (an? (?:\\p{L}+ ){0,2}?(?:puppy|dog|cat|kitten|horse|rabbit|parrot|hamster)(?: (?:named|called) .+)?)$",
    ([, value]) => fact("pets", ["pet"])(value),
  ),
  rule(
    "(?:I'm|I am|we're|we are) expecting (?:a|an|our|my) .*?(?:baby|child|twins|daughter|son).*$",
    ([whole]) => fact("family", ["family"])(whole.replace(/^.*?expecting /i, "expecting ")),
  ),

  rule(
    "(?:I'm|I am) (?:an? |the )?(?:\\p{L}+ )?((?:mother|father|mum|mom|dad|parent|grandmother|grandfather|grandparent) of .+)$",
    ([, value]) => fact("family", ["family"])(value),
  ),

  // Circumstances
  rule("I teach (.+?)(?= and I | but |$)", ([, value]) => fact("occupation", ["work"])(value)),
  rule(
    "I (?:mostly |usually |only )?work (from home|nights|night shifts|early shifts|part[- ]time|full[- ]time|weekends|mornings|remotely)\\b.*$",
    ([, value]) => fact("way of working", ["work"])(value),
  ),
  rule(
    "(?:I|we) (?:don't|do not) (?:have|own) (?:an? |any )(?!time|idea|clue|question|problem|money|doubt|choice|answer|access|preference|plan)(.{2,40})$",
    ([, value]) => fact("has no", ["home"])(value),
  ),
  rule(
    "I have no (?!time|idea|clue|question|problem|money|doubt|choice|answer|access|preference|plan|more|further)(.{2,40})$",
    ([, value]) => fact("has no", ["home"])(value),
  ),
  rule("my blood type is (.+)$", ([, value]) => fact("blood type", ["health"])(value)),
  rule(
    "(?:I|we) ((?!have|need|see|get|want|think|am|'m)(?!.*\\b(?:it|this|that|you)\\b)\\p{L}+(?: .{2,60}?)?) (every (?:day|morning|evening|night|week|weekend|month|year|summer|winter|monday|tuesday|wednesday|thursday|friday|saturday|sunday)s?|(?:once|twice|(?:two|three|four|five|six|\\d) times) an? (?:day|week|month|year)|on weekends)$",
    ([, what, when]) => fact("habit", ["habit"])(`${what} ${when}`, { type: "preference" }),
  ),

  // Likes and dislikes
  rule(
    "my (?:all[- ]time )?favou?rite ([\\p{L} -]{2,40}?) (?:is|are|was) (?:the |probably |definitely )?(.+)$",
    ([, what, value]) =>
      fact(`favourite ${what!.toLowerCase().trim()}`, ["preference"])(value, {
        type: "preference",
      }),
  ),
  rule(
    `(?:I|we) (?:really |absolutely |just |also |truly |still |usually |generally |always )?(like|love|enjoy|adore|prefer|appreciate) (?!to (?:know|ask|see|hear|say|thank|point|add|discuss|talk|have you)\\b)${VALUE}`,
    ([, verb, value]) => liking(verb!, value!),
  ),
  rule(
    `(?:I|we) (?:really |absolutely |just |also )?(hate|dislike|despise|loathe|can't stand|cannot stand|don't (?:really )?like|do not like|don't (?:really )?enjoy|can't bear) ${VALUE}`,
    ([, , value]) => fact("dislikes", ["preference"])(value, { type: "preference" }),
  ),
  rule(
    `(?:I'm|I am|we're|we are) (?:really |also |quite |very )?(?:a (?:big|huge|great) fan of|a fan of|into|fond of|keen on|passionate about|crazy about|interested in|obsessed with) ${VALUE}`,
    ([, value]) => fact("likes", ["preference"])(value, { type: "preference" }),
  ),
  rule(
    `(?:I'm|I am) (?:not (?:really )?(?:a (?:big )?fan of|into|fond of|keen on|interested in)) ${VALUE}`,
    ([, value]) => fact("dislikes", ["preference"])(value, { type: "preference" }),
  ),
  rule(
    "my hobb(?:y is|ies are|ies include) (.+)$",
    ([, value]) => fact("hobbies", ["preference"])(value, { type: "preference" }),
  ),
  rule(
    "I (?:play|practise|practice|sing in|dance|collect|paint|knit|bake|garden|climb|surf|sail|ski) (?!a role\\b|it\\b|with it\\b|around\\b|along\\b)(.{0,60})$",
    ([whole, value]) =>
      fact("hobbies", ["preference"])(clean(value) ?? whole.split(" ")[1], { type: "preference" }),
  ),
  rule(
    "I(?:'m| am)? (?:usually |always |normally |typically )(.{4,80})$",
    ([, value]) => fact("habit", ["habit"])(value, { type: "preference" }),
  ),

  // Goals
  rule(
    `(?:I|we) (?:really |also |finally |still )?(?:want|hope|plan|intend|aim|dream|would love|'d love)(?:s)? (?:to |of )(${WISH}\\b.*)$`,
    ([, value]) => fact("goal", ["goal"])(value, { type: "task" }),
  ),
  rule(
    "(?:I'm|I am|we're|we are) (?:planning|hoping|trying|aiming|training|saving|preparing|learning|going) (?:to|for|on) (.+)$",
    ([whole, value]) =>
      new RegExp(`^(?:${WISH}\\b|an? |my |the |selling |running |moving |buying |becoming )`, "i")
          .test(value!) &&
        !/^(?:the )?(?:understand|figure|find|get this|fix|solve|make (?:this|it)|do this)/i.test(
          value!,
        ) &&
        !/going (?:to|on|for) (?:the|an?) (?:bed|toilet|point|other|next|moment|walk)/i.test(whole)
        ? fact("goal", ["goal"])(value, { type: "task" })
        : null,
  ),
  rule(
    "(?:my|our) (?:main |big |personal |current |next )?(?:goal|dream|aim|ambition|resolution|plan|wish)(?: for .{2,30}?)? is (?:to )?(.+)$",
    ([, value]) => fact("goal", ["goal"])(value, { type: "task" }),
  ),

  rule(
    "(?:I'm|I am|we're|we are) planning (an? .+)$",
    ([, value]) => fact("goal", ["goal"])(value, { type: "task" }),
  ),
  rule(
    "(?:I'm|I am|we're|we are) looking for (an? (?:new |better )?(?:job|flat|apartment|house|home|room|place to live|roommate|flatmate|car|school|kindergarten|babysitter|therapist|doctor|dentist)\\b.*)$",
    ([, value]) => fact("goal", ["goal"])(value, { type: "task" }),
  ),
  rule(
    "(?:I'm|I am|we're|we are) (?:currently |also |now )?(?:writing|building|composing|restoring|renovating|designing|developing|recording) ((?:an?|my|our|the) (?!e?mails?\\b|letter\\b|message\\b|test\\b|report\\b|function\\b|bug\\b|text\\b|list\\b).{3,60})$",
    ([, value]) => fact("project", ["project"])(value),
  ),

  // Tools
  rule(
    "(?:I|we)(?:'m| am|'re| are)? ?(?:now |currently |mostly |mainly |always |usually |only )?(?:use|using|develop with|code in|program in|write (?:mostly |mainly )?in) (?!it\\b|this\\b|that\\b|them\\b|you\\b|your\\b|the (?:word|term|code|command|following)\\b)(.+?)(?=,? (?:because|and I|but|since)\\b|$)",
    ([, value]) =>
      /^(?:a|an|the|my) (?:lot|bit|few|same|trick|loop|wrong|function|method|variable)\b/i.test(
          value!,
        )
        ? null
        : fact("uses", ["tool"])(value),
  ),
  rule(
    "(?:I|we)(?:'ve| have)? ?(?:just |recently |finally )?switched from (.+?) to (.+?)(?=,? (?:because|and|but|for)\\b|$)",
    ([, before, value]) => fact("uses", ["tool"])(value, { op: "correct", replaces: before! }),
  ),
  rule(
    "(?:I|we) (?:drive|ride) (?:an? )?(.+?)(?= to work|,|$)",
    ([, value]) => fact("vehicle", ["tool"])(value),
  ),
  rule(
    "my (?:car|bike|bicycle|laptop|computer|phone|camera|editor|browser|operating system|phone number plan|instrument|guitar|house|flat|apartment) is (?:an? )?(.+)$",
    ([whole, value]) =>
      /\b(?:broken|slow|dead|lost|dirty|too|not|here|gone|frozen|full|ready|great|nice|cold|very|so|on|in|at)\b/i
          .test(value!)
        ? null
        : fact(/^my (\w+)/i.exec(whole)![1]!.toLowerCase(), ["tool"])(value),
  ),
  // Plans and events with a date are taken by the caller, which knows dates
];

const LANGUAGES =
  /\b(?:English|German|French|Spanish|Italian|Portuguese|Norwegian|Swedish|Danish|Finnish|Dutch|Polish|Czech|Russian|Ukrainian|Greek|Turkish|Arabic|Hebrew|Hindi|Urdu|Mandarin|Chinese|Cantonese|Japanese|Korean|Latin|Welsh|Irish|Icelandic|Hungarian|Romanian|Croatian|Serbian|Bulgarian|Persian|Farsi|Swahili|Thai|Vietnamese|Catalan|Basque|Esperanto)\b/;

function home(place: string, more: Partial<Taken> = {}): Taken | null {
  const value = clean(place);
  if (
    value === null ||
    /^(?:the )?(?:moment|past|present|fear|hope|peace|danger|here|there|a world)\b/i.test(value)
  ) return null;
  const city = /^\p{Lu}/u.test(value) || /^\p{L}+$/u.test(value);
  return fact(city ? "home city" : "home", ["home"])(value, more);
}

function liking(verb: string, value: string): Taken | null {
  if (
    /^(?:if|when|how|that|what|where|when|being (?:able|asked)|to be (?:able|honest)|having you)\b/i
      .test(value)
  ) return null;
  return fact(/prefer/i.test(verb) ? "prefers" : "likes", ["preference"])(value, {
    type: "preference",
  });
}

function ended(verb: string, value: string): Taken | null {
  const attribute = /live/i.test(verb)
    ? "home city"
    : /work/i.test(verb)
    ? (/as$/i.test(verb) ? "occupation" : "employer")
    : /study/i.test(verb)
    ? "studies"
    : /use|drive|own|have/i.test(verb)
    ? "uses"
    : /speak/i.test(verb)
    ? "languages"
    : /like|love/i.test(verb)
    ? "likes"
    : "habit";
  const former = clean(value);
  if (former === null || NOTHING.test(former)) return null;
  return {
    type: "fact",
    subject: "user",
    attribute,
    value: null,
    replaces: former,
    op: "correct",
    tags: [],
  };
}
