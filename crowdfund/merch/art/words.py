"""Which thing a product asks to be drawn as: looked for in its words, in English and in Chinese; else by its kind."""

from __future__ import annotations

import re

from crowdfund.merch.art import NUMBERS, OF_KIND
from crowdfund.titles.art.canvas import Dice

# Beginnings of words; Chinese is found anywhere. Where two fit as well, the upper one is drawn.
_WORDS = {
    "earring": "earring ear-ring stud 耳环 耳坠 耳钉", "necklace": "necklace pendant chain locket beads 项链 吊坠",
    "bracelet": "bracelet bangle cuff 手镯 手链", "brooch": "brooch hairpin badge pin medal tiara 胸针 发簪 簪 徽章",
    "watch": "watch wristwatch clock 手表 怀表 钟", "ring": "ring rings 戒指",
    "coat": "coat jacket trench parka blazer cloak cape overcoat robe kimono hanfu uniform 外套 大衣 夹克 风衣 斗篷 袍 汉服",
    "dress": "dress gown skirt qipao cheongsam 裙 旗袍 礼服", "hat": "hat cap fedora beret bonnet helmet crown 帽 盔",
    "scarf": "scarf shawl stole tie blanket 围巾 披肩 领带", "boot": "boot shoe sneaker heel sandal slipper 鞋 靴",
    "bag": "bag purse satchel suitcase backpack wallet briefcase 包 箱包 行李",
    "shirt": "shirt jersey sweater blouse jumper hoodie tee 衬衫 毛衣 球衣 衫",
    "spectacles": "glasses spectacles sunglasses goggles 眼镜 墨镜", "lantern": "lantern 灯笼 提灯",
    "lamp": "lamp light chandelier candle 灯 烛", "chair": "chair sofa armchair stool bench couch 椅 沙发 凳",
    "teapot": "teapot tea cup mug bowl plate kettle porcelain 茶 杯 碗 瓷", "vase": "vase flower pot jug bottle 花瓶 瓶 花",
    "mirror": "mirror 镜子 铜镜", "poster": "poster painting picture print frame map photograph 海报 画 照片 地图",
    "book": "book diary notebook journal script comic manual 书 日记 笔记", "camera": "camera lens projector 相机 摄影",
    "radio": "radio gramophone record player telephone phone 收音机 电话 唱机", "umbrella": "umbrella parasol 伞",
    "key": "key keys 钥匙", "letter": "letter envelope postcard telegram 信 明信片", "kite": "kite 风筝",
    "violin": "violin viola cello guitar fiddle erhu pipa lute 琴 吉他 琵琶", "chest": "box chest trunk case crate 盒 箱",
}  # fmt: skip


def thing_of(kind: str, *texts: str) -> str:
    """The name of the thing that these words ask for, the first text first; else what its kind is drawn as."""
    for text in texts:
        written = re.findall(r"[a-z-]+", text.casefold())
        for thing, words in _WORDS.items():
            if any(word in text if not word.isascii() else _is(word, written) for word in words.split()):
                return thing
    return OF_KIND.get(kind, "chest")


def _is(word: str, written: list[str]) -> bool:
    """Whole words for short ones, which begin many others: `ring` is no ringlet, `hat` no hatch."""
    return word in written or f"{word}s" in written or (len(word) > 4 and any(one.startswith(word) for one in written))


def drawing_url(product_id: int, kind: str, colour: str, *texts: str) -> str:
    """Where the drawing of a product is. colour: of its title, a key class. texts: its name, its category, what is said of it."""
    number = Dice(product_id).bits() % NUMBERS
    return f"/drawn/{thing_of(kind, *texts)}/{colour.removeprefix('key--')}/{number}.svg"
